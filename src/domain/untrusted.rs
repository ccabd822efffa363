//! untrusted
