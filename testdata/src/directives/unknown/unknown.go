// Package unknown has directives with words that mean nothing: verbs,
// classes, modes, parameters and attributes that do not exist.
//
//lockvet:class spool
//lockvet:order spool spool2
//lockvet:class spool2 sorted // want `^bad-directive: .*sorted`
//lockvet:class // want `^bad-directive: `
//lockvet:order // want `^bad-directive: `
//lockvet:order spool // want `^bad-directive: `
//lockvet:lock spool // want `^bad-directive: .*lock`
package unknown

// Ref names a spool.
type Ref struct{ Path string }

// Lock is a locked spool.
type Lock struct{ path string }

// Verb has a verb that is almost one.
//
//lockvet:aquire spool exclusive key=path // want `^bad-directive: .*aquire.*acquire`
func Verb(path string) *Lock { return &Lock{path} }

// Class has a class that nobody declared.
//
//lockvet:acquire sppol exclusive key=path // want `^bad-directive: .*sppol.*spool`
func Class(path string) *Lock { return &Lock{path} }

// NoClass has none.
//
//lockvet:acquire // want `^bad-directive: `
func NoClass(path string) *Lock { return &Lock{path} }

// Parameter has a parameter that the function has not.
//
//lockvet:acquire spool exclusive key=file // want `^bad-directive: .*file`
func Parameter(path string) *Lock { return &Lock{path} }

// Field has a field that the parameter has not.
//
//lockvet:acquire spool exclusive key=ref.File // want `^bad-directive: .*File`
func Field(ref Ref) *Lock { return &Lock{ref.Path} }

// FieldGood has one that it has.
//
//lockvet:acquire spool exclusive key=ref.Path
func FieldGood(ref Ref) *Lock { return &Lock{ref.Path} }

// Mode has a mode that is none.
//
//lockvet:acquire spool sharde key=path // want `^bad-directive: .*sharde.*shared`
func Mode(path string) *Lock { return &Lock{path} }

// ModeParameter has one of a type that says nothing of modes.
//
//lockvet:acquire spool mode=depth key=path // want `^bad-directive: .*depth`
func ModeParameter(path string, depth float64) *Lock { return &Lock{path} }

// TwoModes has two modes.
//
//lockvet:acquire spool shared exclusive key=path // want `^bad-directive: `
func TwoModes(path string) *Lock { return &Lock{path} }

// During has a parameter that is no function.
//
//lockvet:acquire spool exclusive during=path // want `^bad-directive: .*path`
func During(path string) {}

// DuringGood has one that is.
//
//lockvet:acquire spool exclusive during=fn
func DuringGood(fn func()) { fn() }

// Async has no function to run later.
//
//lockvet:async // want `^bad-directive: `
func Async(path string) {}

// AsyncNamed names one that is none.
//
//lockvet:async path // want `^bad-directive: .*path`
func AsyncNamed(path string, fn func()) { fn() }

// AsyncGood has one.
//
//lockvet:async fn
func AsyncGood(path string, fn func()) { go fn() }

// Release has no class.
//
//lockvet:release // want `^bad-directive: `
func (l *Lock) Release() { l.path = "" }

// Drop says too much.
//
//lockvet:release spool now // want `^bad-directive: .*now`
func (l *Lock) Drop() { l.path = "" }

// Close is right.
//
//lockvet:release spool
func (l *Lock) Close() { l.path = "" }

// Require has an attribute of another verb.
//
//lockvet:require spool exclusive try // want `^bad-directive: .*try`
func Require(path string) {}

// RequireGood has not.
//
//lockvet:require spool exclusive key=path
func RequireGood(path string) {}
