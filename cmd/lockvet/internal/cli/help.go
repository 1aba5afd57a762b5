package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/catalog"
)

// usage prints the general help.
func (c *Command) usage(w io.Writer) {
	fmt.Fprint(w, `lockvet finds lock-order deadlocks in Go programs before they run.

Usage:

	lockvet [flags] [packages]         analyse packages; without any, ./...
	lockvet order [flags] [packages]   print the lock order that the code keeps
	lockvet explain [category]         say what a category of findings means
	lockvet help [analyzer]            print this, or the page of an analyzer
	lockvet version                    print the version
	go vet -vettool=$(which lockvet) [-lockstate.infer] [packages]

Exit codes: 0 clean, 1 something could not be analysed, 2 usage, 3 findings.

Flags:

`)
	printFlags(w, (&options{}).flags("lockvet", false))
	fmt.Fprint(w, "\nAnalyzers:\n\n")
	for _, a := range c.Suite {
		fmt.Fprintf(w, "  %-10s  %s\n", a.Name, title(a.Doc))
	}
}

func (c *Command) orderUsage(w io.Writer) {
	fmt.Fprint(w, `lockvet order prints which lock classes are taken under which, beside the
order that directives declare. It reports no findings, and exits with 0, or
with 1 if something could not be analysed.

Usage:

	lockvet order [flags] [packages]

Flags:

`)
	printFlags(w, (&options{}).flags("lockvet order", true))
}

func printFlags(w io.Writer, fs *flag.FlagSet) {
	fs.VisitAll(func(f *flag.Flag) {
		value, usage := flag.UnquoteUsage(f)
		if value != "" && f.Name != "infer" {
			value = " " + value
		} else {
			value = ""
		}
		fmt.Fprintf(w, "  %-22s %s\n", "-"+f.Name+value, usage)
	})
}

// title returns the first line of a Doc, without the name before the colon.
func title(doc string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(doc), "\n")
	if name, rest, ok := strings.Cut(line, ": "); ok && !strings.Contains(name, " ") {
		return rest
	}
	return line
}

// help prints the general help, or the page and the flags of an analyzer.
func (c *Command) help(args []string) error {
	switch len(args) {
	case 0:
		c.usage(c.Stdout)
		return nil
	case 1:
	default:
		return usageError{errors.New("help takes one analyzer at most")}
	}
	if slices.Contains(commands, args[0]) {
		if args[0] == "order" {
			c.orderUsage(c.Stdout)
		} else {
			c.usage(c.Stdout)
		}
		return nil
	}
	var names []string
	for _, a := range c.Suite {
		if a.Name != args[0] {
			names = append(names, a.Name)
			continue
		}
		fmt.Fprintf(c.Stdout, "%s\n", strings.TrimSpace(a.Doc))
		head := "\nFlags of go vet -vettool:\n\n"
		a.Flags.VisitAll(func(f *flag.Flag) {
			fmt.Fprintf(c.Stdout, "%s  -%s.%s\n        %s\n", head, a.Name, f.Name, f.Usage)
			head = ""
		})
		return nil
	}
	if _, ok := catalog.Of(c.Suite).Find(args[0]); ok {
		return c.explain(args)
	}
	return usageError{fmt.Errorf("no analyzer %q%s", args[0], didYouMean("", args[0], names))}
}

// explain prints what a category means; without one, a line for each.
func (c *Command) explain(args []string) error {
	entries := catalog.Of(c.Suite)
	switch len(args) {
	case 0:
		for _, e := range entries {
			fmt.Fprintf(c.Stdout, "%-22s %-10s %s\n", e.Name, e.Analyzer, e.Summary)
		}
		return nil
	case 1:
	default:
		return usageError{errors.New("explain takes one category")}
	}
	entry, ok := entries.Find(args[0])
	if !ok && slices.ContainsFunc(c.Suite, func(a *analysis.Analyzer) bool { return a.Name == args[0] }) {
		return c.help(args)
	}
	if !ok {
		hint := didYouMean("", args[0], entries.Names())
		if hint == "" {
			hint = `: "lockvet explain" lists them`
		}
		return usageError{fmt.Errorf("no category %q%s", args[0], hint)}
	}
	fmt.Fprintf(c.Stdout, "%s (analyzer %s)\n\n%s\n\n%s\n", entry.Name, entry.Analyzer, entry.Text, catalog.URL(entry.Name))
	return nil
}

// version prints the version, and what it was built from and with.
func (c *Command) version(args []string) error {
	if len(args) > 0 {
		return usageError{errors.New("version takes no arguments")}
	}
	fmt.Fprintf(c.Stdout, "lockvet %s %s %s/%s\n", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// buildVersion returns the version of the main module, as the go command
// recorded it; for a build from a checkout, the revision where it is known.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = " " + s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			if s.Value == "true" {
				dirty = "+dirty"
			}
		}
	}
	return "(devel)" + revision + dirty
}
