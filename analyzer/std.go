package analyzer

// What the standard library and x/sync do with the functions they are given,
// and what their results say of order. This is data: whatever is not in a
// table calls the functions it is given while it runs, and its results are
// unknown.

// runsLater lists the functions that keep a function argument and run it
// later, or on another goroutine: it does not inherit what is held.
var runsLater = map[string]bool{
	"net/http.Handle":                                true,
	"net/http.HandleFunc":                            true,
	"(*net/http.ServeMux).Handle":                    true,
	"(*net/http.ServeMux).HandleFunc":                true,
	"(*net/http.Server).RegisterOnShutdown":          true,
	"net/http.HandlerFunc":                           true,
	"net/http.TimeoutHandler":                        true,
	"net/http.StripPrefix":                           true,
	"net/http.MaxBytesHandler":                       true,
	"net/http.AllowQuerySemicolons":                  true,
	"net/http.ListenAndServe":                        true,
	"net/http.Serve":                                 true,
	"runtime.SetFinalizer":                           true,
	"runtime.AddCleanup":                             true,
	"os/signal.Notify":                               true,
	"expvar.Publish":                                 true,
	"flag.Func":                                      true,
	"flag.BoolFunc":                                  true,
	"(*flag.FlagSet).Func":                           true,
	"(*flag.FlagSet).BoolFunc":                       true,
	"database/sql.Register":                          true,
	"sync.NewCond":                                   true,
	"(*sync.WaitGroup).Go":                           true,
	"(*golang.org/x/sync/errgroup.Group).Go":         true,
	"(*golang.org/x/sync/errgroup.Group).TryGo":      true,
	"(*golang.org/x/sync/singleflight.Group).DoChan": true,
	"(*testing.common).Cleanup":                      true,
	"html/template.(*Template).Funcs":                true,
	"(*text/template.Template).Funcs":                true,
	"(*html/template.Template).Funcs":                true,
	"reflect.ValueOf":                                true,
	"reflect.TypeOf":                                 true,
}

// startsLater lists the functions that start a goroutine for their second
// argument, but not at once.
var startsLater = map[string]bool{
	"time.AfterFunc":    true,
	"context.AfterFunc": true,
}

// groupStarts lists the methods that start a goroutine which the group's wait
// method waits for, and groupWaits those.
var (
	groupStarts = map[string]bool{
		"(*sync.WaitGroup).Go":                      true,
		"(*golang.org/x/sync/errgroup.Group).Go":    true,
		"(*golang.org/x/sync/errgroup.Group).TryGo": true,
	}
	groupWaits = map[string]bool{
		"(*sync.WaitGroup).Wait":                   true,
		"(*golang.org/x/sync/errgroup.Group).Wait": true,
	}
)

// keepsFunc lists the functions that return the function they are given,
// wrapped: calling the result calls it.
var keepsFunc = map[string]bool{
	"sync.OnceFunc":   true,
	"sync.OnceValue":  true,
	"sync.OnceValues": true,
}

// once lists the functions that call a function argument at most once.
var once = map[string]bool{
	"(*sync.Once).Do": true,
	"(*golang.org/x/sync/singleflight.Group).Do": true,
	"runtime/pprof.Do":                           true,
	"testing.Benchmark":                          true,
}

// noReturn lists the functions that never return.
var noReturn = map[string]bool{
	"os.Exit":                   true,
	"log.Fatal":                 true,
	"log.Fatalf":                true,
	"log.Fatalln":               true,
	"(*log.Logger).Fatal":       true,
	"(*log.Logger).Fatalf":      true,
	"(*log.Logger).Fatalln":     true,
	"log.Panic":                 true,
	"log.Panicf":                true,
	"log.Panicln":               true,
	"(*log.Logger).Panic":       true,
	"(*log.Logger).Panicf":      true,
	"(*log.Logger).Panicln":     true,
	"runtime.Goexit":            true,
	"syscall.Exit":              true,
	"(*testing.common).FailNow": true,
	"(*testing.common).Fatal":   true,
	"(*testing.common).Fatalf":  true,
	"(*testing.common).Skip":    true,
	"(*testing.common).Skipf":   true,
	"(*testing.common).SkipNow": true,
}

// nonNil lists the functions whose first result is never nil.
var nonNil = map[string]bool{
	"errors.New": true,
	"fmt.Errorf": true,
}

// ofErrors lists the functions whose last result is true of an error only, and
// not of nil.
var ofErrors = map[string]bool{
	"errors.Is":       true,
	"errors.As":       true,
	"errors.AsType":   true,
	"os.IsExist":      true,
	"os.IsNotExist":   true,
	"os.IsPermission": true,
	"os.IsTimeout":    true,
}

// An orderOp is what a function does to the order of a slice, or says of it.
type orderOp uint8

const (
	noOrder    orderOp = iota
	sorts              // sorts its first argument ascending
	sortsFunc          // sorts its first argument by its second
	sortsIndex         // sorts its first argument by a less function of indices
	sortsIface         // sorts a sort.Interface
	reverses           // returns a sort.Interface for the opposite order
	sorted             // returns its argument's elements sorted
	sortedFunc         // the same, by its second argument
	keeps              // returns its first argument's elements in the same order
	disturbs           // puts its first argument in another order
	compares           // three-way comparison
	isLess             // reports whether the first is less
	isSorted           // reports whether its first argument is sorted
)

var orders = map[string]orderOp{
	"slices.Sort":             sorts,
	"sort.Strings":            sorts,
	"sort.Ints":               sorts,
	"slices.SortFunc":         sortsFunc,
	"slices.SortStableFunc":   sortsFunc,
	"sort.Slice":              sortsIndex,
	"sort.SliceStable":        sortsIndex,
	"sort.Sort":               sortsIface,
	"sort.Stable":             sortsIface,
	"sort.Reverse":            reverses,
	"(sort.StringSlice).Sort": sorts,
	"(sort.IntSlice).Sort":    sorts,
	"slices.Sorted":           sorted,
	"slices.IsSorted":         isSorted,
	"sort.StringsAreSorted":   isSorted,
	"sort.IntsAreSorted":      isSorted,
	"slices.SortedFunc":       sortedFunc,
	"slices.SortedStableFunc": sortedFunc,
	"slices.Compact":          keeps,
	"slices.CompactFunc":      keeps,
	"slices.Clone":            keeps,
	"slices.Clip":             keeps,
	"slices.Grow":             keeps,
	"slices.Delete":           keeps,
	"slices.DeleteFunc":       keeps,
	"slices.Reverse":          disturbs,
	"cmp.Compare":             compares,
	"strings.Compare":         compares,
	"bytes.Compare":           compares,
	"cmp.Less":                isLess,
}

// sortSlices lists the types of the standard library that are a sort.Interface
// of their elements.
var sortSlices = map[string]bool{"sort.StringSlice": true, "sort.IntSlice": true, "sort.Float64Slice": true}

// gathered lists the functions whose result has the elements of their first
// argument, besides those that keep or sort them.
var gathered = map[string]bool{
	"maps.Clone":     true,
	"slices.Collect": true,
	"slices.Values":  true,
	"maps.Values":    true,
	"maps.Collect":   true,
	"maps.All":       true,
}

// iterators lists the functions that return an iterator over the elements of
// their first argument, by what they yield: "v" the element, "kv" its index or
// key and the element, "k" the key; "down" the last one first.
var iterators = map[string]string{
	"slices.Values":   "v",
	"slices.All":      "kv",
	"slices.Backward": "kv down",
	"maps.All":        "kv",
	"maps.Values":     "v",
	"maps.Keys":       "k",
}

// pure lists the packages whose functions depend on their arguments alone, so
// that two calls with equal arguments have equal results.
var pure = map[string]bool{
	"strings": true, "strconv": true, "path": true, "path/filepath": true, "unicode": true, "unicode/utf8": true,
	"golang.org/x/text/cases": true, "net/url": true, "html": true, "cmp": true, "math": true,
}

// printers lists the functions that call String, Error, Format or GoString of
// what they print, or MarshalJSON and the like of what they encode.
var printers = map[string][]string{
	"fmt": {"String", "Error", "Format", "GoString"}, "log": {"String", "Error", "Format"}, "log/slog": {"LogValue", "String", "Error"},
	"errors": {"Is", "As", "Unwrap"}, "encoding/json": {"MarshalJSON", "MarshalText", "UnmarshalJSON", "UnmarshalText"},
	"encoding/xml": {"MarshalXML", "MarshalText"}, "encoding/gob": {"GobEncode", "MarshalBinary"},
}
