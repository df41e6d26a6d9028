//! Lines in, lines out. Every line gets exactly one reply, in order; no line ends the program.

use crate::error::{ApiError, Reply};
use crate::methods::Engine;
use serde_json::{json, Value};
use std::io::{self, BufRead, Read, Write};
use std::panic::{catch_unwind, AssertUnwindSafe};

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
    let params = request.get("params").cloned().unwrap_or(json!({}));
    // Mutations are atomic (world.rs: execute first, commit after; several steps run on a copy),
    // so the state after a panic is the state before the request.
    let result =
        catch_unwind(AssertUnwindSafe(|| engine.call(method, params))).unwrap_or_else(|panic| {
            let text = (panic.downcast_ref::<String>().map(String::as_str))
                .or(panic.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            let message = format!("the official code panicked: {text}");
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
