//! A request before it is sent, and a reply as it came: plain values.

/// A GET request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// Path from the root: `/api/v3/time`.
    pub(crate) path: &'static str,
    /// Names and values, not yet encoded, in the order they are sent.
    pub(crate) query: Vec<(&'static str, String)>,
    /// What it counts against the exchange's limit.
    pub(crate) weight: u32,
}

impl Request {
    /// A request without a query.
    pub(crate) fn new(path: &'static str, weight: u32) -> Self {
        Request { path, query: Vec::new(), weight }
    }

    /// The same request with one more name and value.
    pub(crate) fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Path and percent-encoded query.
    pub(crate) fn target(&self) -> String {
        let mut target = self.path.to_owned();
        for (index, (name, value)) in self.query.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.push_str(name);
            target.push('=');
            push_encoded(&mut target, value);
        }
        target
    }
}

/// Everything but the characters that mean nothing in a URL is written as `%XX` of its UTF-8.
fn push_encoded(target: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            target.push(char::from(byte));
        } else {
            target.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// A complete reply.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: u16,
    /// `Content-Type`, where it was sent.
    pub(crate) content_type: Option<String>,
    /// `Retry-After` in seconds, where it was sent and is a number.
    pub(crate) retry_after_s: Option<u64>,
    /// Weight used up in this window by everyone on our address, where it was sent.
    pub(crate) used_weight: Option<u32>,
    /// The body, unpacked.
    pub(crate) body: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_encoded() {
        let request = Request::new("/a", 1);
        assert_eq!(request.target(), "/a");
        let request = request.with("symbol", &"这BTC").with("x", &"a b&c=d").with("n", &5);
        assert_eq!(request.target(), "/a?symbol=%E8%BF%99BTC&x=a%20b%26c%3Dd&n=5");
    }
}
