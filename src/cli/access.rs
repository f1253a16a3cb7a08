//! Who may do what, and TLS, as flags.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;

use crate::server::{AccessConfig, Control, TlsFiles, Token, TokenSource};

/// Who may do what, and how bytes travel.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Access")]
pub struct AccessArgs {
    /// Who may drive the feed: everybody, token or nobody; by default everybody where only this machine reaches the
    /// server, else token
    #[arg(long, value_name = "WHO", value_parser = control)]
    control: Option<Control>,
    /// Ask for a token from who drives the feed; without a value one is made and printed. Rather than here, where
    /// other programs see it, give it as TICKCAST_TOKEN
    #[arg(long, value_name = "TOKEN", num_args = 0..=1, require_equals = true, value_parser = secret, default_missing_value = "", hide_default_value = true)]
    token: Option<TokenSource>,
    /// File whose first line is that token
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    token_file: Option<PathBuf>,
    /// Ask for a token from who watches, too; without a value one is made and printed
    #[arg(long, value_name = "TOKEN", num_args = 0..=1, require_equals = true, value_parser = secret, default_missing_value = "")]
    viewer_token: Option<TokenSource>,
    /// File whose first line is that token
    #[arg(long, value_name = "FILE", conflicts_with = "viewer_token")]
    viewer_token_file: Option<PathBuf>,
    /// Origin of a page, besides the server's own, that may open the stream: https://ticker.example.org; may be repeated
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    allow_origin: Vec<String>,
    /// Address or network of a reverse proxy, whose X-Forwarded-For and X-Forwarded-Proto are believed; may be repeated
    #[arg(long, value_name = "NETWORK", value_parser = network)]
    trust_proxy: Vec<IpNet>,
    /// File with the server's certificate in PEM: the page and the stream go over TLS
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// File with its private key in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl AccessArgs {
    pub fn config(self) -> (AccessConfig, Option<TlsFiles>) {
        let tls = self.tls_cert.zip(self.tls_key).map(|(certificate, key)| TlsFiles { certificate, key });
        let access = AccessConfig {
            control: self.control,
            presenter: self.token.or(self.token_file.map(TokenSource::File)),
            viewer: self.viewer_token.or(self.viewer_token_file.map(TokenSource::File)),
            origins: self.allow_origin,
            proxies: self.trust_proxy,
        };
        (access, tls)
    }
}

fn control(text: &str) -> Result<Control, String> {
    match text {
        "everybody" => Ok(Control::Everybody),
        "token" => Ok(Control::Token),
        "nobody" => Ok(Control::Nobody),
        _ => Err("everybody, token or nobody".into()),
    }
}

/// Nothing stands for a token that is made.
fn secret(text: &str) -> Result<TokenSource, String> {
    if text.is_empty() {
        return Ok(TokenSource::Generated);
    }
    Token::new(text).map(TokenSource::Given).map_err(|error| error.to_string())
}

fn origin(text: &str) -> Result<String, String> {
    let is_origin = text.parse::<http::Uri>().is_ok_and(|uri| {
        let parts = uri.into_parts();
        let no_path = parts.path_and_query.is_none_or(|path| path == "/");
        parts.scheme.is_some() && parts.authority.is_some() && no_path
    });
    let plain = text.strip_suffix('/').unwrap_or(text);
    is_origin.then(|| plain.to_owned()).ok_or_else(|| "a scheme and a host, as https://ticker.example.org".into())
}

fn network(text: &str) -> Result<IpNet, String> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| "an address such as 127.0.0.1, or a network such as 10.0.0.0/8".into())
}
