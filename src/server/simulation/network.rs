//! The simulated network: clients connect to the server that listens now, and the sockets of the server are known.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio_util::either::Either;

use super::dice::Dice;
use super::socket::{Link, Pipe, Socket};
use crate::server::http::{Listener, Stream};

/// The network. Cheap to clone; all clones are one network.
#[derive(Clone)]
pub struct Network(Arc<Inner>);

struct Inner {
    seed: u64,
    connections: AtomicU64,
    listener: Mutex<Option<mpsc::UnboundedSender<Accepted>>>,
    ends: Mutex<Vec<ServerEnd>>,
}

struct Accepted {
    socket: Socket,
    address: SocketAddr,
}

/// The server's end of a connection, as the network sees it.
#[derive(Clone)]
pub struct ServerEnd {
    pub number: u64,
    pub address: IpAddr,
    pipe: std::sync::Weak<Mutex<Pipe>>,
    /// The client has seen the answer that makes it a session.
    is_session: Arc<AtomicBool>,
}

impl ServerEnd {
    /// The time for which the server has waited for the client to take a byte.
    pub fn stuck_for(&self) -> Duration {
        self.pipe.upgrade().map_or(Duration::ZERO, |pipe| pipe.lock().stuck_for())
    }

    pub fn is_session(&self) -> bool {
        self.is_session.load(Ordering::Relaxed)
    }

    pub fn set_session(&self) {
        self.is_session.store(true, Ordering::Relaxed);
    }
}

impl Network {
    pub fn new(seed: u64) -> Self {
        let (connections, listener, ends) = (AtomicU64::new(0), Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { seed, connections, listener, ends }))
    }

    /// Listens. A listener before this one gets no connection any more.
    pub fn listen(&self) -> SimulatedListener {
        let (sender, queue) = mpsc::unbounded_channel();
        *self.0.listener.lock() = Some(sender);
        let number = self.0.connections.fetch_add(1, Ordering::Relaxed);
        SimulatedListener { queue, dice: Dice::new(self.0.seed, number | (1 << 41)) }
    }

    /// Connects from an address of number `host`.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn connect(&self, host: u8, link: Link) -> io::Result<(Socket, ServerEnd)> {
        let refused = || io::Error::from(ErrorKind::ConnectionRefused);
        let listener = self.0.listener.lock().clone().ok_or_else(refused)?;
        let number = self.0.connections.fetch_add(1, Ordering::Relaxed);
        let (client, socket) = Socket::pair(link, self.0.seed, number);
        let address = IpAddr::V4(Ipv4Addr::new(10, 0, 0, host));
        let pipe = Arc::downgrade(&socket.outgoing());
        let end = ServerEnd { number, address, pipe, is_session: Arc::default() };
        let accepted = Accepted { socket, address: SocketAddr::new(address, 1_024 + number as u16) };
        listener.send(accepted).map_err(|_| refused())?;
        self.0.ends.lock().push(end.clone());
        Ok((client, end))
    }

    /// The server's ends that are open.
    pub fn server_ends(&self) -> Vec<ServerEnd> {
        let mut ends = self.0.ends.lock();
        // The client holds the same pipe.
        ends.retain(|end| end.pipe.upgrade().is_some_and(|pipe| pipe.lock().has_writer()));
        ends.clone()
    }
}

/// The listener of a simulated server.
pub struct SimulatedListener {
    queue: mpsc::UnboundedReceiver<Accepted>,
    dice: Dice,
}

impl Listener for SimulatedListener {
    async fn accept(&mut self) -> io::Result<(Stream, SocketAddr)> {
        // As where no file descriptor is free.
        if self.dice.chance(2) {
            return Err(io::Error::other("no file is free, by chance"));
        }
        match self.queue.recv().await {
            Some(Accepted { socket, address }) => Ok((Either::Right(Box::new(socket)), address)),
            None => std::future::pending().await,
        }
    }
}
