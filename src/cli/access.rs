//! The flags of access to the server: roles, tokens, origins, proxies, and TLS.

use std::ffi::{OsStr, OsString};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Args, Command};
use ipnet::IpNet;

use crate::flags::whole_number;
use crate::server::{AccessConfig, Control, Host, InvalidToken, Origin, TlsFiles, Token, TokenSource};

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
        value_parser = TokenParser,
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
        value_parser = TokenParser,
        default_missing_value = ""
    )]
    viewer_token: Option<TokenSource>,
    /// File with that token in its first line
    #[arg(long, value_name = "FILE", conflicts_with = "viewer_token")]
    viewer_token_file: Option<PathBuf>,
    /// Maximum number of wrong tokens from one address in a minute; more are not looked at
    #[arg(long, default_value_t = 10, value_name = "NUMBER", value_parser = whole_number(1..=1_000_000_u32))]
    max_wrong_tokens: u32,
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
            wrong_tokens: self.max_wrong_tokens,
        };
        (access, tls)
    }
}

/// Parses a token; an empty text is for one that tickcast makes. Its error leaves out the value, which is a secret even
/// if it is refused; clap's own errors repeat it.
#[derive(Clone, Copy, Debug)]
struct TokenParser;

impl TypedValueParser for TokenParser {
    type Value = TokenSource;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<TokenSource, clap::Error> {
        if value.is_empty() {
            return Ok(TokenSource::Generated);
        }
        let token = value.to_str().ok_or(InvalidToken).and_then(Token::new);
        token.map(TokenSource::Given).map_err(|error| {
            let flag = arg.and_then(Arg::get_long).unwrap_or_default();
            let message = format!("the value of --{flag} is not a token: {error}\n");
            clap::Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
}

/// Returns the flag of a token that has its value behind a space instead of `=`. clap takes such a value for another
/// argument, and repeats the secret in its error.
pub fn detached_token(arguments: &[OsString], is_command: impl Fn(&OsStr) -> bool) -> Option<&str> {
    let mut flags = arguments.iter().zip(arguments.iter().skip(1)).filter_map(|(flag, next)| {
        let flag = flag.to_str().filter(|flag| ["--token", "--viewer-token"].contains(flag))?;
        let is_other = next.to_str().is_some_and(|next| next.starts_with('-')) || is_command(next);
        (!is_other && !Path::new(next).exists()).then_some(flag)
    });
    flags.next()
}

fn origin(text: &str) -> Result<Origin, String> {
    let origin = Origin::parse(text.strip_suffix('/').unwrap_or(text));
    origin.ok_or_else(|| "http or https and a host, such as https://app.example.org".into())
}

fn network(text: &str) -> Result<IpNet, String> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| "an address such as 127.0.0.1, or a network such as 10.0.0.0/8".into())
}
