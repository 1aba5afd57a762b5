package analyzer

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// An inferScope says whose mutexes are classes of their own, besides those
// that are declared. It is a flag.Value.
type inferScope struct{ module bool }

const (
	scopeAll    = "all"
	scopeModule = "module"
)

// String returns the value as it was set.
func (s *inferScope) String() string {
	if s != nil && s.module {
		return scopeModule
	}
	return scopeAll
}

// Set takes "all" or "module".
func (s *inferScope) Set(text string) error {
	if text != scopeAll && text != scopeModule {
		return fmt.Errorf("%q is neither %s nor %s", text, scopeAll, scopeModule)
	}
	s.module = text == scopeModule
	return nil
}

// infers reports whether the mutexes of the package of pass are classes of
// their own. With the scope "module" those of the main module are. No driver
// says which module that is; but of all modules it alone has no version, in
// go vet (which tells a unit the path and version of its module), in the
// checker and in golangci-lint. Modules of one workspace are all main. The
// standard library has no module. Where a driver tells nothing, as build
// systems without modules do, only the standard library is left out.
func (v *vet) infers(pass *analysis.Pass) bool {
	switch {
	case !v.inferOn:
		return false
	case !v.scope.module:
		return true
	case pass.Module != nil && pass.Module.Path != "":
		return pass.Module.Version == "" && pass.Module.Path != "std" && pass.Module.Path != "cmd"
	}
	first, _, _ := strings.Cut(pass.Pkg.Path(), "/")
	return strings.Contains(first, ".") || first == "command-line-arguments"
}

// importsSync reports whether pkg can hold a mutex that no import's fact tells of.
func importsSync(pkg *types.Package) bool {
	return slices.ContainsFunc(pkg.Imports(), func(p *types.Package) bool { return p.Path() == "sync" })
}

// inferredIn reports whether the mutexes of pkg are classes of their own.
func (a *unit) inferredIn(pkg *types.Package) bool {
	if !a.infer || pkg == nil {
		return false
	}
	return !a.scope.module || pkg == a.pkg || a.imports.inferred[pkg.Path()]
}

// prints reports whether c is of a package that calls the methods of what it
// is given, as a printer or an encoder does, and is not this one. With the
// standard library followed too, its own summary would hide them.
func (a *unit) prints(c callee) bool {
	return c.obj != nil && c.obj.Pkg() != nil && c.obj.Pkg() != a.pkg && len(printers[c.obj.Pkg().Path()]) > 0
}
