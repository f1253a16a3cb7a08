//! The flags of access to the server: roles, tokens, origins, proxies, and TLS.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;

use crate::server::{AccessConfig, Control, Host, Origin, TlsFiles, Token, TokenSource};

/// The flags of access to the server.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Access")]
pub struct AccessArgs {
    /// People who may control the feed. By default everybody if only this machine can reach the server, else everybody
    /// with the token
    #[arg(long, value_name = "WHO", value_enum)]
    control: Option<Control>,
    /// Token for people who control the feed. Without a value, tickcast makes one and prints it. Other programs can see
    /// flags, so it is safer to set TICKCAST_TOKEN
    #[arg(
        long,
        value_name = "TOKEN",
        num_args = 0..=1,
        require_equals = true,
        value_parser = token_source,
        default_missing_value = "",
        hide_default_value = true
    )]
    token: Option<TokenSource>,
    /// File with that token in its first line
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    token_file: Option<PathBuf>,
    /// Token for people who watch. Without a value, tickcast makes one and prints it. By default everybody may watch
    #[arg(
        long,
        value_name = "TOKEN",
        num_args = 0..=1,
        require_equals = true,
        value_parser = token_source,
        default_missing_value = ""
    )]
    viewer_token: Option<TokenSource>,
    /// File with that token in its first line
    #[arg(long, value_name = "FILE", conflicts_with = "viewer_token")]
    viewer_token_file: Option<PathBuf>,
    /// Name under which other machines reach the server, such as ticker.example.org. Needed for a name that is not this
    /// machine's own, as behind a proxy. Can be repeated
    #[arg(long, value_name = "NAME")]
    public_host: Vec<Host>,
    /// Origin of another page that may use the API and the stream, such as https://app.example.org. Can be repeated
    #[allow(rustdoc::bare_urls, reason = "the text of --help")]
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    allow_origin: Vec<Origin>,
    /// Address or network of a reverse proxy. Its X-Forwarded-For, -Proto, -Host and -Prefix headers are trusted. Can
    /// be repeated
    #[arg(long, value_name = "NETWORK", value_parser = network)]
    trust_proxy: Vec<IpNet>,
    /// File with the TLS certificate (PEM). With it the server uses https and wss
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// File with the private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl AccessArgs {
    /// Returns the rules of access, and the files of TLS if there are any.
    pub fn config(self) -> (AccessConfig, Option<TlsFiles>) {
        let tls = self.tls_cert.zip(self.tls_key).map(|(certificate, key)| TlsFiles { certificate, key });
        let access = AccessConfig {
            control: self.control,
            presenter: self.token.or(self.token_file.map(TokenSource::File)),
            viewer: self.viewer_token.or(self.viewer_token_file.map(TokenSource::File)),
            origins: self.allow_origin,
            public_hosts: self.public_host,
            proxies: self.trust_proxy,
        };
        (access, tls)
    }
}

/// Parses a token; an empty text is for one that tickcast makes.
fn token_source(text: &str) -> Result<TokenSource, String> {
    if text.is_empty() {
        return Ok(TokenSource::Generated);
    }
    Token::new(text).map(TokenSource::Given).map_err(|error| error.to_string())
}

fn origin(text: &str) -> Result<Origin, String> {
    let origin = Origin::parse(text.strip_suffix('/').unwrap_or(text));
    origin.ok_or_else(|| "http or https and a host, such as https://app.example.org".into())
}

fn network(text: &str) -> Result<IpNet, String> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| "an address such as 127.0.0.1, or a network such as 10.0.0.0/8".into())
}
