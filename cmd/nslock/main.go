// Command nslock runs a command under a user's lock of a Cyrus mail store, and shows who holds
// which locks. It neither reads nor writes mail.
//
//	nslock hold USER [--shared] [-d DIR | -C IMAPD.CONF] [--timeout DURATION] -- COMMAND [ARG...]
//	nslock holders [DIR]
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
