//! A client for HTTP/2 without TLS, by prior knowledge.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use crate::client::Answer;

/// Sends one request over HTTP/2 and awaits the answer. With `body` as `None` the request announces content that never
/// comes; an empty one ends the request with its header.
///
/// # Panics
/// When there is no answer.
pub fn http2(address: SocketAddr, method: &str, target: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let exchange = exchange(address, method, target, headers, body);
        tokio::time::timeout(Duration::from_secs(20), exchange).await.expect("an answer in time")
    })
}

async fn exchange(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> Answer {
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut client = client.ready().await.unwrap();
    let mut request = http::Request::builder().method(method).uri(format!("http://{address}{target}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let ends = body.is_some_and(<[u8]>::is_empty);
    let (answer, mut content) = client.send_request(request.body(()).unwrap(), ends).unwrap();
    if let Some(body) = body.filter(|_| !ends) {
        content.send_data(Bytes::copy_from_slice(body), true).unwrap();
    }
    let (head, mut content) = answer.await.expect("an answer").into_parts();
    let mut body = Vec::new();
    while let Some(data) = content.data().await {
        let data = match data {
            Ok(data) => data,
            // After a whole answer a server may tell the client to stop sending (RFC 9113 section 8.1).
            Err(error) if error.reason() == Some(h2::Reason::NO_ERROR) => break,
            Err(error) => panic!("the content: {error}"),
        };
        content.flow_control().release_capacity(data.len()).unwrap();
        body.extend_from_slice(&data);
    }
    connection.abort();
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    Answer { status: head.status.as_u16(), headers, body }
}
