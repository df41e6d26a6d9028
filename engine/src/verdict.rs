//! Official errors, taken apart: the way from the outermost variant to the innermost, and the place.

use radix_common::prelude::*;
use radix_transactions::errors::{ManifestBasicValidatorError as BasicError, *};
use radix_transactions::manifest::ManifestValidationError;
use radix_transactions::model::PrepareError;
use sbor::DecodeError;
use serde_json::{json, Value};
use std::fmt::Debug;

pub struct Verdict {
    debug: String,
    /// Variant names from the outside in; the last one is the innermost.
    path: Vec<String>,
    location: Option<String>,
}

impl Verdict {
    pub fn to_json(&self) -> Value {
        json!({
            "debug": self.debug,
            "variant": self.variant(),
            "path": self.path,
            "location": self.location,
        })
    }

    pub fn variant(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    pub fn debug(&self) -> &str {
        &self.debug
    }
}

/// The name of an enum value's own variant, its data left out. Derived `Debug` starts with it.
pub fn variant_name(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    text[..end.unwrap_or(text.len())].to_string()
}

impl From<&DecodeError> for Verdict {
    fn from(error: &DecodeError) -> Self {
        Self {
            debug: format!("{error:?}"),
            path: vec![variant_name(error)],
            location: None,
        }
    }
}

impl From<&PrepareError> for Verdict {
    fn from(error: &PrepareError) -> Self {
        Self {
            debug: format!("{error:?}"),
            path: prepare_path(error),
            location: None,
        }
    }
}

impl From<&TransactionValidationError> for Verdict {
    fn from(error: &TransactionValidationError) -> Self {
        use TransactionValidationError::*;
        let (inner, location) = match error {
            TransactionVersionNotPermitted(_) | TransactionTooLarge => (vec![], None),
            EncodeError(inner) => (vec![variant_name(inner)], None),
            PrepareError(inner) => (prepare_path(inner), None),
            SubintentStructureError(at, inner) => (vec![variant_name(inner)], Some(at)),
            IntentValidationError(at, inner) => (intent_path(inner), Some(at)),
            SignatureValidationError(at, inner) => (signature_path(inner), Some(at)),
        };
        Self {
            debug: format!("{error:?}"),
            path: with(error, inner),
            location: location.map(location_name),
        }
    }
}

fn with(outer: &impl Debug, inner: Vec<String>) -> Vec<String> {
    [vec![variant_name(outer)], inner].concat()
}

fn prepare_path(error: &PrepareError) -> Vec<String> {
    use PrepareError::*;
    let inner = match error {
        DecodeError(inner) => vec![variant_name(inner)],
        EncodeError(inner) => vec![variant_name(inner)],
        TransactionTypeNotSupported
        | TransactionTooLarge
        | TooManyValues { .. }
        | LengthOverflow
        | UnexpectedTransactionDiscriminator { .. } => vec![],
    };
    with(error, inner)
}

fn intent_path(error: &IntentValidationError) -> Vec<String> {
    use IntentValidationError::*;
    let inner = match error {
        ManifestBasicValidatorError(inner) => {
            let BasicError::ManifestIdValidationError(id) = inner;
            with(inner, vec![variant_name(id)])
        }
        ManifestValidationError(inner) => manifest_path(inner),
        InvalidMessage(inner) => vec![variant_name(inner)],
        HeaderValidationError(inner) => vec![variant_name(inner)],
        TooManyReferences { .. } => vec![],
    };
    with(error, inner)
}

fn manifest_path(error: &ManifestValidationError) -> Vec<String> {
    let inner = match error {
        ManifestValidationError::ArgsEncodeError(inner) => vec![variant_name(inner)],
        ManifestValidationError::ArgsDecodeError(inner) => vec![variant_name(inner)],
        _ => vec![],
    };
    with(error, inner)
}

fn signature_path(error: &SignatureValidationError) -> Vec<String> {
    let inner = match error {
        SignatureValidationError::SerializationError(inner) => vec![variant_name(inner)],
        _ => vec![],
    };
    with(error, inner)
}

fn location_name(location: &TransactionValidationErrorLocation) -> String {
    use TransactionValidationErrorLocation::*;
    match location {
        RootTransactionIntent(_) => "RootTransactionIntent".into(),
        RootSubintent(_) => "RootSubintent".into(),
        NonRootSubintent(index, _) => format!("NonRootSubintent({})", index.0),
        AcrossTransaction => "AcrossTransaction".into(),
        Unlocatable => "Unlocatable".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use radix_transactions::model::*;

    #[test]
    fn the_innermost_variant_and_the_place() {
        let hash = SubintentHash::from_hash(Hash([0; 32]));
        let cases: [(TransactionValidationError, &str, Option<&str>); 3] = [
            (
                TransactionValidationError::IntentValidationError(
                    TransactionValidationErrorLocation::NonRootSubintent(SubintentIndex(4), hash),
                    ManifestValidationError::BucketNotYetCreated(ManifestBucket(1)).into(),
                ),
                "IntentValidationError.ManifestValidationError.BucketNotYetCreated",
                Some("NonRootSubintent(4)"),
            ),
            (
                PrepareError::DecodeError(DecodeError::UnexpectedSize {
                    expected: 1,
                    actual: 2,
                })
                .into(),
                "PrepareError.DecodeError.UnexpectedSize",
                None,
            ),
            (
                SignatureValidationError::TooManySignatures { total: 2, limit: 1 }
                    .located(TransactionValidationErrorLocation::AcrossTransaction),
                "SignatureValidationError.TooManySignatures",
                Some("AcrossTransaction"),
            ),
        ];
        for (error, path, location) in cases {
            let verdict = Verdict::from(&error);
            assert_eq!(verdict.path.join("."), path);
            assert_eq!(verdict.location(), location);
            assert_eq!(verdict.variant(), path.rsplit('.').next().unwrap());
        }
    }
}
