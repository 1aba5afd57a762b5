package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// A unit is the work on one package.
type unit struct {
	*vet
	pass  *analysis.Pass
	pkg   *types.Package
	t     *lockset.Table
	model *lockmodel.Model
	infer bool

	ssaPkg  *ssa.Package
	funcs   []*ssa.Function          // in source order, closures after the function they stand in
	local   map[string]*ssa.Function // by key: functions with a body here
	imports *imports                 // what the facts of imports say
	flow    *flow
	graph   *graph

	summaries map[*ssa.Function]*summary
	running   map[*ssa.Function]bool
	live      lockset.Marks                     // room for a walk over what is live in a state
	unsolved  map[*ssa.Function][]*ssa.Function // recursive functions that only call what they are given, with those of their group
	execs     map[*ssa.Function]*exec
	codes     map[*ssa.Function]*code
	reads     map[*ssa.Function]bool // while a group is solved: whose summaries the present run has asked for
	// keepStates is set by tests that show the states of a function.
	keepStates bool

	typeOf       map[string]types.Type
	methodSets   typeutil.MethodSetCache
	methods      map[[2]string]*method // by type key and name
	namings      map[*ssa.Function]*naming
	judged       map[string]bool         // see judgedBefore
	idles        map[*lockset.Value]bool // see idle
	places       map[token.Pos]string
	throughNames map[[3]string]string
	modes        map[*lockset.Value]map[string]lockmodel.Mode
	fieldLocks   map[*types.Var]*lockDecl
	lockTypes    map[types.Type]bool
	embeds       map[*types.Named]bool // see embedsOpen
	guardTypes   map[guardType][]string
	witnesses    map[*hop][]Hop // as results have them
	guardIn      map[types.Type][]guardField
	holders      map[types.Type]bool
	handleSets   map[*ssa.Function][]*lockset.Value
	retained     map[retainKey]bool
	arith        map[*lockset.Value]bool
	comparedAt   map[*lockset.Value]token.Pos
	sortedAt     map[*lockset.Value]token.Pos
	keys         lockmodel.Keys
	outer        map[string]bool
	calls        map[token.Pos]*ast.CallExpr
	variables    map[token.Pos]*types.Var
	conds        map[*types.Var]string
	settled      map[*types.Var]bool        // see settledFields
	open         map[string]bool            // see openTypes
	uniques      map[string]bool            // classes of locks that are package variables, of those that were held
	entered      map[*ssa.Function][]string // see entryGates
	met          []*localEdge               // see meet

	answers map[answerKey]*answer

	needsMet, needsFailed map[handlerNeed]bool // what callers of handlers hold, or do not

	settledHere map[settling]bool

	// lockersOnly is set if the package is analysed for nothing but the functions
	// that importers give their mutexes to.
	lockersOnly bool

	// passesLocks is set if a mutex of a class may be handed to a function by pointer.
	passesLocks bool

	classes    *lockmodel.Order // nil until needed
	incomplete []Incomplete
	stats      Stats
}

// A vet holds what the settings of the run are.
type vet struct {
	inferOn, statsOn, edgesOn bool
	scope                     inferScope
}

func newUnit(v *vet, pass *analysis.Pass, model *lockmodel.Model, im *imports) *unit {
	a := &unit{
		vet: v, pass: pass, pkg: pass.Pkg, t: lockset.NewTable(), model: model, infer: v.infers(pass), imports: im,
		local: map[string]*ssa.Function{}, summaries: map[*ssa.Function]*summary{}, running: map[*ssa.Function]bool{}, unsolved: map[*ssa.Function][]*ssa.Function{},
		execs: map[*ssa.Function]*exec{}, codes: map[*ssa.Function]*code{}, typeOf: map[string]types.Type{}, methods: map[[2]string]*method{},
		modes:      map[*lockset.Value]map[string]lockmodel.Mode{},
		fieldLocks: map[*types.Var]*lockDecl{}, lockTypes: map[types.Type]bool{}, embeds: map[*types.Named]bool{}, guardTypes: map[guardType][]string{}, witnesses: map[*hop][]Hop{},
		guardIn: map[types.Type][]guardField{}, holders: map[types.Type]bool{}, idles: map[*lockset.Value]bool{}, handleSets: map[*ssa.Function][]*lockset.Value{},
		retained: map[retainKey]bool{}, arith: map[*lockset.Value]bool{}, comparedAt: map[*lockset.Value]token.Pos{},
		sortedAt: map[*lockset.Value]token.Pos{}, outer: map[string]bool{}, uniques: map[string]bool{}, settledHere: map[settling]bool{},
		answers: map[answerKey]*answer{}, needsMet: map[handlerNeed]bool{}, needsFailed: map[handlerNeed]bool{},
	}
	a.lockersOnly = model.Empty() && !im.any && !a.infer
	for _, c := range model.Classes {
		if c.Within != "" {
			a.outer[c.Within] = true
		}
	}
	a.passesLocks = len(model.Locks) > 0 || a.infer || takesLockers(pass.Pkg)
	a.flow = &flow{a: a}
	return a
}

// isOuter reports whether some class lies within class.
func (a *unit) isOuter(class string) bool { return a.outer[class] }

// varKey names a field or variable across packages.
func (a *unit) varKey(v *types.Var) string { return a.keys.Key(v) }

// global returns the place of a package variable.
func (a *unit) global(g *ssa.Global) *lockset.Value {
	v, ok := g.Object().(*types.Var)
	if !ok || v == nil {
		return a.t.Global(g.String())
	}
	key := a.varKey(v)
	if d := a.fieldLock(v); d != nil {
		key += lockMark + d.Key
	}
	return a.t.Global(key)
}

// funcValue returns a function as a value.
func (a *unit) funcValue(f *ssa.Function) *lockset.Value { return a.closure(f, nil) }

// closure returns a function with what it captured.
func (a *unit) closure(f *ssa.Function, caps []*lockset.Value) *lockset.Value {
	key := a.named(f).key
	a.remember(key, f)
	return a.t.Func(key, caps...)
}

func (a *unit) remember(key string, f *ssa.Function) {
	if o := f.Origin(); o != nil {
		f = o
	}
	if _, ok := a.local[key]; !ok && len(f.Blocks) > 0 {
		a.local[key] = f
	}
}

// calleeOf returns a known function as a callee.
func (a *unit) calleeOf(f *ssa.Function, caps, args []*lockset.Value) callee {
	n := a.named(f)
	a.remember(n.key, f)
	return callee{key: n.key, name: n.name, obj: n.obj, fn: a.local[n.key], args: args, caps: caps}
}

// A naming is what a function is called, by facts and by people.
type naming struct {
	key  string
	name string
	obj  *types.Func // its declaration; nil for a closure or a wrapper
}

// named returns the naming of f. Every call asks for it, and the names of
// wrappers are dear.
func (a *unit) named(f *ssa.Function) *naming {
	if n := a.namings[f]; n != nil {
		return n
	}
	n := &naming{key: funcKey(f), name: displayName(f, a.pkg)}
	if f.Parent() == nil {
		o := f
		if f.Origin() != nil {
			o = f.Origin()
		}
		if obj, ok := o.Object().(*types.Func); ok && obj != nil && (o.Synthetic == "" || len(o.Blocks) == 0) {
			n.obj = obj.Origin()
		}
	}
	if a.namings == nil {
		a.namings = make(map[*ssa.Function]*naming)
	}
	a.namings[f] = n
	return n
}

// calleeOfValue returns what a function value runs.
func (a *unit) calleeOfValue(v *lockset.Value, args []*lockset.Value) (callee, bool) {
	for v.Op == lockset.OpPrev {
		v = v.Args[0]
	}
	if v.Op != lockset.OpFunc {
		return callee{}, false
	}
	if f := a.local[v.Aux]; f != nil {
		return a.calleeOf(f, v.Args, args), true
	}
	if obj := a.imports.object(a.pkg, v.Aux); obj != nil {
		return callee{key: v.Aux, name: objectName(obj, a.pkg), obj: obj, args: args, caps: v.Args}, true
	}
	return callee{key: v.Aux, name: shortKey(v.Aux), args: args, caps: v.Args}, true
}

// shortKey makes a name for people of a function key.
func shortKey(key string) string {
	outer, of, inner := strings.Cut(key, "$")
	name := strings.Trim(strings.Replace(path.Base(outer), ")", "", 1), "(*")
	if inner && of != "bound" && of != "thunk" {
		return "func literal in " + name
	}
	return name
}

// methodOf returns the method that a call on a value of a known type runs.
func (a *unit) methodOf(v *lockset.Value, name string, args []*lockset.Value) (callee, bool) {
	t := a.typeOf[v.Aux]
	if t == nil {
		return a.foreignMethod(v, name, args)
	}
	m := a.method(t, v.Aux, name)
	if m.fn == nil && m.obj == nil {
		return callee{}, false
	}
	args = append([]*lockset.Value{v.Args[0]}, args...)
	if m.fn != nil {
		return a.calleeOf(m.fn, nil, args), true
	}
	return callee{key: m.key, name: m.name, obj: m.obj, args: args}, true
}

// A method is what a type has under a name: a function or, if SSA knows none,
// a declaration.
type method struct {
	naming
	fn *ssa.Function
}

// method returns the method of t, whose key is typ, with a name. Method sets
// are dear, and asked for again and again.
func (a *unit) method(t types.Type, typ, name string) *method {
	k := [2]string{typ, name}
	if m := a.methods[k]; m != nil {
		return m
	}
	m := &method{}
	a.methods[k] = m
	pkg := a.pkg
	if n, ok := types.Unalias(deref(t)).(*types.Named); ok && !token.IsExported(name) && n.Obj().Pkg() != nil {
		pkg = n.Obj().Pkg()
	}
	sel := a.methodSets.MethodSet(t).Lookup(pkg, name)
	if sel == nil {
		return m
	}
	if len(sel.Index()) > 1 {
		m.fn = a.ssaPkg.Prog.MethodValue(sel)
		return m
	}
	obj := sel.Obj().(*types.Func).Origin()
	if m.fn = a.ssaPkg.Prog.FuncValue(obj); m.fn == nil {
		m.naming = naming{lockmodel.Key(obj), objectName(obj, a.pkg), obj}
	}
	return m
}

func deref(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// objectOf returns the declaration of f, nil for a closure.
func (a *unit) objectOf(f *ssa.Function) *types.Func {
	if f.Parent() != nil || f.Synthetic != "" {
		return nil
	}
	obj, _ := f.Object().(*types.Func)
	return obj
}

// place renders a position as "dir/file.go:31": the same from every checkout.
func (a *unit) place(pos token.Pos) string {
	if !pos.IsValid() {
		return ""
	}
	if s, ok := a.places[pos]; ok {
		return s
	}
	p := a.pass.Fset.PositionFor(pos, false)
	s := path.Base(a.pkg.Path()) + "/" + filepath.Base(p.Filename) + ":" + strconv.Itoa(p.Line)
	if a.places == nil {
		a.places = make(map[token.Pos]string)
	}
	a.places[pos] = s
	return s
}

// callName is what a call calls, for people.
func (a *unit) callName(cs callSite) string {
	if cs.common == nil {
		return "waiting for a goroutine"
	}
	if cs.common.IsInvoke() {
		return objectName(cs.common.Method, a.pkg)
	}
	if f := cs.common.StaticCallee(); f != nil {
		if obj, ok := f.Object().(*types.Func); ok && obj != nil && f.Parent() == nil {
			return obj.Name()
		}
		return displayName(f, a.pkg)
	}
	return "function value"
}

// callText is what a call calls as the user wrote it, qualified as messages
// are: "quota.Update", "conn.copyTo", "handlers[name]".
func (a *unit) callText(cs callSite) string {
	if cs.common == nil {
		return a.callName(cs)
	}
	if f := cs.common.StaticCallee(); f != nil && f.Parent() == nil && !cs.common.IsInvoke() {
		if _, ok := cs.common.Value.(*ssa.Function); ok {
			return displayName(f, a.pkg)
		}
	}
	if call := a.callExpr(cs); call != nil {
		if _, lit := ast.Unparen(call.Fun).(*ast.FuncLit); !lit {
			if t := short(types.ExprString(call.Fun)); t != "" {
				return t
			}
		}
	}
	return a.callName(cs)
}

// calleeText is the user's expression, at a call, for a value that the callee
// knows by its parameters.
func (a *unit) calleeText(cs callSite, c callee, v *lockset.Value) string {
	suffix := ""
	for v.Op == lockset.OpField {
		name, _, _ := strings.Cut(v.Aux, lockMark)
		suffix = "." + name + suffix
		v = v.Args[0]
	}
	if free := v; c.fn != nil {
		if free.Op == lockset.OpDeref {
			free = free.Args[0]
		}
		if free.Op == lockset.OpFree && free.N < len(c.fn.FreeVars) {
			return short(c.fn.FreeVars[free.N].Name() + suffix)
		}
	}
	call := a.callExpr(cs)
	if v.Op != lockset.OpParam || call == nil || cs.common == nil || cs.common.IsInvoke() {
		return ""
	}
	f := cs.common.StaticCallee()
	if f == nil {
		return ""
	}
	i := v.N
	if f.Signature.Recv() != nil {
		if i == 0 {
			if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
				return short(types.ExprString(sel.X) + suffix)
			}
			return ""
		}
		i--
	}
	if i >= len(call.Args) || f.Signature.Variadic() && i >= f.Signature.Params().Len()-1 {
		return ""
	}
	if _, lit := ast.Unparen(call.Args[i]).(*ast.CompositeLit); lit {
		return ""
	}
	return short(types.ExprString(call.Args[i]) + suffix)
}

// sameModes lets the mode value v be read like the callee's value from.
func (a *unit) sameModes(v, from *lockset.Value) {
	if m := a.modes[from]; m != nil && a.modes[v] == nil {
		a.modes[v] = m
	}
}

// methodTarget names an interface method for obligations: only methods of
// named interfaces, and of unnamed ones by their text, mean the same elsewhere.
func (a *unit) methodTarget(t types.Type, m *types.Func) string {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return ""
	}
	return "iface:" + typeKey(t) + "." + m.Name()
}

// valueTarget names the place that a function value comes from, for
// obligations: an exported field or variable, or its elements.
func (a *unit) valueTarget(v ssa.Value) string {
	switch v := v.(type) {
	case *ssa.UnOp:
		switch addr := v.X.(type) {
		case *ssa.FieldAddr:
			return a.fieldTarget(fieldVarOf(addr.X.Type(), addr.Field), "")
		case *ssa.Global:
			return a.globalTarget(addr, "")
		case *ssa.IndexAddr:
			return a.elemTarget(addr.X)
		}
	case *ssa.Field:
		return a.fieldTarget(fieldVarOf(v.X.Type(), v.Field), "")
	case *ssa.Lookup:
		return a.elemTarget(v.X)
	case *ssa.Extract:
		switch t := v.Tuple.(type) {
		case *ssa.Lookup:
			return a.elemTarget(t.X)
		case *ssa.Next:
			if r, ok := t.Iter.(*ssa.Range); ok {
				return a.elemTarget(r.X)
			}
		}
	}
	return ""
}

func (a *unit) elemTarget(c ssa.Value) string {
	if u, ok := c.(*ssa.UnOp); ok {
		switch addr := u.X.(type) {
		case *ssa.FieldAddr:
			return a.fieldTarget(fieldVarOf(addr.X.Type(), addr.Field), "[]")
		case *ssa.Global:
			return a.globalTarget(addr, "[]")
		}
	}
	return ""
}

func (a *unit) fieldTarget(f *types.Var, suffix string) string {
	if key := a.varKey(f); key != "" {
		return "place:" + key + suffix
	}
	return ""
}

func (a *unit) globalTarget(g *ssa.Global, suffix string) string {
	if v, ok := g.Object().(*types.Var); ok && v != nil {
		return "place:" + a.varKey(v) + suffix
	}
	return ""
}
