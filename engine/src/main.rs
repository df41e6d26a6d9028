//! The official Radix engine behind JSON lines: one request a line on stdin, one reply a line on stdout.
//! The protocol is described in README.md.

mod address;
mod assets;
mod bench;
mod clock;
mod error;
mod execute;
mod history;
mod methods;
mod network;
mod params;
mod payload;
mod receipt;
mod serve;
mod state;
mod store;
mod text;
mod verdict;
mod world;

/// Far more than any request needs: decoders recurse at most 64 levels and call frames 8.
const STACK_BYTES: usize = 256 * 1024 * 1024;

fn main() {
    serve::silence_panics();
    let server = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(|| serve::serve(std::io::stdin().lock(), std::io::stdout().lock()))
        .expect("the server thread can be started");
    // An I/O failure means that the other side is gone: there is nobody left to tell.
    if server.join().is_err() {
        eprintln!("anthic-engine: the server thread panicked outside a request");
        std::process::exit(70);
    }
}
