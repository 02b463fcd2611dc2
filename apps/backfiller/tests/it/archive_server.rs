//! A public archive on this machine: files by their paths, zips with checksums as the exchange publishes them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::archives::{checksum, zip};

/// An archive that serves what was put into it, and notes what it is asked for.
pub(crate) struct ArchiveServer {
    pub(crate) url: String,
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl ArchiveServer {
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (files, asked) = (Arc::<Mutex<_>>::default(), Arc::<Mutex<Vec<_>>>::default());
        let server = ArchiveServer { url, files: Arc::clone(&files), asked: Arc::clone(&asked) };
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                answer(&stream, &files, &asked);
            }
        });
        server
    }

    /// Puts a zip with these rows, and its checksum, at a path.
    pub(crate) fn put(&self, path: &str, text: &str) {
        let name = path.rsplit('/').next().unwrap();
        let bytes = zip(&[(&name.replace(".zip", ".csv"), text)]);
        self.put_bytes(&format!("{path}.CHECKSUM"), checksum(&bytes, name).into_bytes());
        self.put_bytes(path, bytes);
    }

    pub(crate) fn put_bytes(&self, path: &str, bytes: Vec<u8>) {
        self.files.lock().unwrap().insert(format!("/{path}"), bytes);
    }

    /// The names of the files that were asked for since the last call, without those of checksums.
    pub(crate) fn asked(&self) -> Vec<String> {
        let paths = std::mem::take(&mut *self.asked.lock().unwrap());
        let names = paths.iter().map(|path| path.rsplit('/').next().unwrap().to_owned());
        names.filter(|name| name.ends_with(".zip")).collect()
    }
}

fn answer(mut stream: &TcpStream, files: &Mutex<BTreeMap<String, Vec<u8>>>, asked: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let Some(first) = lines.next() else { return };
    lines.for_each(drop);
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let file = files.lock().unwrap().get(&path).cloned();
    asked.lock().unwrap().push(path);
    let (status, body) = file.map_or((404, b"NoSuchKey".to_vec()), |bytes| (200, bytes));
    let head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    // The client may be gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}
