// Package live tests nslock against a real Cyrus IMAP server, over IMAP. It holds tests alone,
// and is in a module of its own because they need an IMAP client.
package live
