package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/driver"
	"github.com/lockvet/lockvet/cmd/lockvet/internal/format"
)

// options is what the command line asks for.
type options struct {
	patterns []string

	// What to analyse.
	dir   string
	tags  string
	tests bool
	infer inferFlag

	// Which findings count.
	baseline       string
	updateBaseline bool
	since          string
	maxUnresolved  int

	// What to print.
	format  string
	json    bool
	color   string
	context int
	verbose bool

	// What else to do.
	fix, diff bool
	driver    string

	// Of "lockvet order" only.
	order bool
	dot   bool
	svg   bool
	write bool
}

// inferFlag is -infer: off, "all" or "module". It may stand without a value.
type inferFlag string

func (f *inferFlag) IsBoolFlag() bool { return true }

func (f *inferFlag) String() string {
	if f == nil || *f == "" {
		return "false"
	}
	return string(*f)
}

func (f *inferFlag) Set(s string) error {
	switch s {
	case "true", "all":
		*f = "all"
	case "module":
		*f = "module"
	case "false":
		*f = ""
	default:
		return errors.New("use -infer, -infer=all, -infer=module or -infer=false")
	}
	return nil
}

// noLimit is the value of -max-unresolved that sets none.
const noLimit = -1

// flags defines the flags on o: those that every run has and, for one of the
// two kinds of run, its own.
func (o *options) flags(name string, order bool) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // the caller prints errors, on one line
	fs.Usage = func() {}
	fs.StringVar(&o.dir, "C", "", "change to `dir` before doing anything")
	fs.StringVar(&o.tags, "tags", "", "build `tags`, separated by commas")
	fs.BoolVar(&o.tests, "test", true, "analyse test files too; -test=false leaves them out")
	fs.Var(&o.infer, "infer", "make every mutex a class of its own; -infer=module only those of the main module")
	fs.StringVar(&o.driver, "driver", "vet", "run the analyzers by `driver`: vet, which is go vet with its cache, or inprocess")
	fs.BoolVar(&o.verbose, "v", false, "print the commands that are run, and the errors in full")
	if order {
		fs.BoolVar(&o.dot, "dot", false, "print a graph for Graphviz")
		fs.BoolVar(&o.svg, "svg", false, "print a picture for a browser")
		fs.BoolVar(&o.write, "write", false, "print the //lockvet:order lines that the code keeps and no directive states")
		return fs
	}
	fs.StringVar(&o.format, "format", "text", "output `format`: "+strings.Join(format.Names(), ", "))
	fs.BoolVar(&o.json, "json", false, "the same as -format=json")
	fs.StringVar(&o.color, "color", "auto", "colour the text: `when` is auto, always or never")
	fs.IntVar(&o.context, "c", -1, "print each finding's line of source with `n` lines around it")
	fs.StringVar(&o.baseline, "baseline", "", "report only findings that are not in `file`")
	fs.BoolVar(&o.updateBaseline, "update-baseline", false, "write the findings to the baseline and report none")
	fs.StringVar(&o.since, "since", "", "report only findings whose witness touches lines changed since `rev`")
	fs.IntVar(&o.maxUnresolved, "max-unresolved", noLimit, "fail if more than `n` calls under a lock could not be resolved")
	fs.BoolVar(&o.fix, "fix", false, "apply the suggested fixes, then report what is left")
	fs.BoolVar(&o.diff, "diff", false, "print the suggested fixes as a diff and apply none")
	return fs
}

// parse reads a command line, flags and patterns in any order. A pattern may
// not begin with a dash; "--" ends the flags.
func parse(args []string, order bool) (*options, error) {
	o := &options{order: order}
	fs := o.flags("lockvet", order)
	for rest := args; ; {
		if err := fs.Parse(rest); err != nil {
			return nil, explainFlag(fs, err)
		}
		parsed := len(rest) - fs.NArg()
		ended := parsed > 0 && rest[parsed-1] == "--"
		rest = fs.Args()
		if ended {
			o.patterns = append(o.patterns, rest...)
			break
		}
		if len(rest) == 0 {
			break
		}
		o.patterns = append(o.patterns, rest[0])
		rest = rest[1:]
	}
	if len(o.patterns) == 0 {
		o.patterns = []string{"./..."}
	}
	if slices.Contains(o.patterns, "") {
		return nil, errors.New("a package is named by nothing, as by a variable that is not set: leave it out to mean all below here")
	}
	return o, o.check(fs)
}

// check reports values and pairs of flags that make no sense.
func (o *options) check(fs *flag.FlagSet) error {
	if _, err := driver.Named(o.driver); err != nil {
		return err
	}
	if o.order {
		if n := count(o.dot, o.svg, o.write); n > 1 {
			return errors.New("-dot, -svg and -write exclude each other: use one")
		}
		return nil
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if o.json {
		if given["format"] && o.format != "json" {
			return fmt.Errorf("-json and -format=%s exclude each other: use one", o.format)
		}
		o.format = "json"
	}
	if _, err := format.Named(o.format); err != nil {
		return err
	}
	switch {
	case !slices.Contains([]string{"auto", "always", "never"}, o.color):
		return fmt.Errorf("-color=%s: use auto, always or never", o.color)
	case given["max-unresolved"] && o.maxUnresolved < 0:
		return errors.New("-max-unresolved must not be negative: use 0 to allow none")
	case given["baseline"] && o.baseline == "":
		return errors.New("-baseline needs a file")
	case given["since"] && o.since == "":
		return errors.New("-since needs a revision")
	case o.updateBaseline && o.baseline == "":
		return errors.New("-update-baseline needs -baseline, the file to write")
	case o.updateBaseline && o.since != "":
		return errors.New("-update-baseline and -since exclude each other: a baseline holds all findings")
	case (o.fix || o.diff) && o.driver != "vet":
		return errors.New("-fix and -diff work with -driver=vet only")
	case o.diff && (o.format != "text" || o.updateBaseline):
		return errors.New("-diff prints a diff and nothing else: leave -format and -update-baseline out")
	}
	return nil
}

func count(flags ...bool) int {
	n := 0
	for _, f := range flags {
		if f {
			n++
		}
	}
	return n
}

// explainFlag adds to the flag package's words what was probably meant.
func explainFlag(fs *flag.FlagSet, err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !ok {
		return err
	}
	var names []string
	fs.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	return fmt.Errorf("unknown flag -%s%s", name, didYouMean("-", name, names))
}
