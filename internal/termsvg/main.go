// Termsvg draws what a command printed on a terminal: it reads the output, with
// its colours, and writes a picture of it in SVG, long lines broken between
// words. It knows the few escape sequences that lockvet uses, and no others; the
// documentation's picture of a report is made with it.
//
//	lockvet -color=always ./... 2>&1 | go run ./internal/termsvg 'lockvet ./...' >report.svg
package main

import (
	"io"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("termsvg: ")
	if len(os.Args) != 2 {
		log.Fatal("usage: termsvg COMMAND <OUTPUT >PICTURE")
	}
	output, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	lines, err := screen(string(output), columns)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.WriteString(picture(os.Args[1], lines)); err != nil {
		log.Fatal(err)
	}
}
