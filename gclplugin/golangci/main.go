// Command golangci is golangci-lint with lockvet built in: what "golangci-lint
// custom" makes of a .custom-gcl.yml that names the plugin. It exists so that
// the tests beside it run the real golangci-lint, of a pinned version, over
// this checkout; it is a module of its own to keep golangci-lint's hundreds of
// dependencies out of lockvet's.
package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/golangci/golangci-lint/v2/pkg/commands"
	"github.com/golangci/golangci-lint/v2/pkg/exitcodes"

	_ "github.com/lockvet/lockvet/gclplugin"
)

func main() {
	// "(devel)" makes golangci-lint salt its cache with a hash of this binary,
	// so that a changed analyzer is not answered from results of the old one.
	info := commands.BuildInfo{Version: "(devel)", GoVersion: runtime.Version(), Commit: "unknown", Date: "unknown"}
	if err := commands.Execute(info); err != nil {
		fmt.Fprintf(os.Stderr, "golangci-lint with lockvet: %v\n", err)
		os.Exit(exitcodes.Failure)
	}
}
