// Rulesdoc prints docs/rules.md, the page on which every category of findings
// has a section, from the documentation of the checks. It adds no facts of its
// own; to change the page, change the doc.go of a check, and from the top of the
// repository run
//
//	go run ./internal/rulesdoc >docs/rules.md
package main

import (
	"log"
	"os"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/directive"
	"github.com/lockvet/lockvet/inversion"
	"github.com/lockvet/lockvet/lockleak"
	"github.com/lockvet/lockvet/nsheld"
	"github.com/lockvet/lockvet/nsorder"
)

// checks are the analyzers that the page is about, in its order.
var checks = []*analysis.Analyzer{
	inversion.Analyzer, nsorder.Analyzer, nsheld.Analyzer, lockleak.Analyzer, directive.Analyzer,
}

func main() {
	if _, err := os.Stdout.Write(page(checks)); err != nil {
		log.Fatal(err)
	}
}
