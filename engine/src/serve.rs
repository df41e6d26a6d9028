//! Lines in, lines out. Every line gets exactly one reply, in order; no line ends the program.

use crate::error::{ApiError, Reply};
use crate::methods::Engine;
use serde_json::{json, Value};
use std::cell::RefCell;
use std::io::{self, BufRead, Read, Write};
use std::panic::{catch_unwind, AssertUnwindSafe};

thread_local! {
    /// What the last panic said and where.
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Panics become error replies, nothing else: stdout carries replies only, and nobody may be reading
/// stderr.
pub fn silence_panics() {
    std::panic::set_hook(Box::new(|info| {
        LAST_PANIC.with(|last| *last.borrow_mut() = info.to_string());
    }));
}

const MAX_LINE_BYTES: u64 = 256 * 1024 * 1024;

pub fn serve(mut input: impl BufRead, output: impl Write) -> io::Result<()> {
    let mut output = io::BufWriter::new(output);
    let mut engine = Engine::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut input)
            .take(MAX_LINE_BYTES)
            .read_until(b'\n', &mut line)?
            == 0
        {
            return Ok(());
        }
        let reply = if line.len() as u64 == MAX_LINE_BYTES && !line.ends_with(b"\n") {
            skip_line(&mut input)?;
            let message = format!("a line may have at most {MAX_LINE_BYTES} bytes");
            envelope(&Value::Null, Err(ApiError::new("LineTooLong", message)))
        } else {
            answer(&mut engine, &line)
        };
        serde_json::to_writer(&mut output, &reply)?;
        output.write_all(b"\n")?;
        output.flush()?;
        // Hex of whole transactions comes by: do not keep the largest line's buffer for ever.
        line.shrink_to(1024 * 1024);
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let available = input.fill_buf()?;
        let (used, done) = match available.iter().position(|b| *b == b'\n') {
            Some(at) => (at + 1, true),
            None => (available.len(), available.is_empty()),
        };
        input.consume(used);
        if done {
            return Ok(());
        }
    }
}

pub fn answer(engine: &mut Engine, line: &[u8]) -> Value {
    let request: Value = match serde_json::from_slice(line) {
        Ok(request) => request,
        Err(error) => {
            let message = format!("the line is not JSON: {error}");
            return envelope(&Value::Null, Err(ApiError::new("BadJson", message)));
        }
    };
    let id = request.get("id").cloned().unwrap_or(Value::Null);
    let Some(method) = request.get("method").and_then(Value::as_str) else {
        let message = "a request is an object {\"id\", \"method\": string, \"params\": object}";
        return envelope(&id, Err(ApiError::new("BadRequest", message)));
    };
    let params = match request.get("params") {
        None => json!({}),
        Some(params) if params.is_object() => params.clone(),
        Some(_) => {
            return envelope(&id, Err(ApiError::params("params must be an object")));
        }
    };
    // Mutations are atomic (world.rs: execute first, commit after; several steps run on a copy),
    // so the state after a panic is the state before the request.
    let call = AssertUnwindSafe(|| engine.call(method, params));
    let result = catch_unwind(call).unwrap_or_else(|_| {
        engine.forget_caches();
        let message = LAST_PANIC.with(|last| last.take());
        Err(ApiError::new("Panicked", message))
    });
    envelope(&id, result)
}

fn envelope(id: &Value, result: Reply) -> Value {
    match result {
        Ok(result) => json!({ "id": id, "result": result }),
        Err(error) => json!({ "id": id, "error": error.to_json() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replies(lines: &[u8]) -> Vec<Value> {
        let mut output = Vec::new();
        serve(lines, &mut output).unwrap();
        let text = String::from_utf8(output).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn every_line_gets_one_reply() {
        let lines = b"\n{\n\xff\xfe\n[]\n{\"id\":7}\n{\"id\":8,\"method\":\"nix\"}\n\
            {\"id\":9,\"method\":\"clock.get\"}\n{\"id\":10,\"method\":\"payload.decodeValue\",\
            \"params\":{\"hex\":\"4d2100\"}}";
        let replies = replies(lines);
        let codes: Vec<_> = (replies.iter())
            .map(|reply| reply["error"]["code"].as_str().unwrap_or("ok"))
            .collect();
        let expected = [
            "BadJson",
            "BadJson",
            "BadJson",
            "BadRequest",
            "BadRequest",
            "UnknownMethod",
            "NoWorld",
            "ok",
        ];
        assert_eq!(codes, expected);
        assert_eq!(replies[5]["id"], 8);
        assert_eq!(replies[7]["result"]["ok"], true);
    }
}
