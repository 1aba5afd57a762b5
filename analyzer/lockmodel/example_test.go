package lockmodel_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// collect reads the directives of a package that imports nothing.
func collect(text string) (*token.FileSet, *types.Package, *lockmodel.Package) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "library.go", text, parser.ParseComments)
	if err != nil {
		panic(err)
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Defs:  map[*ast.Ident]types.Object{},
		Uses:  map[*ast.Ident]types.Object{},
	}
	pkg, err := new(types.Config).Check("example.com/library", fset, []*ast.File{file}, info)
	if err != nil {
		panic(err)
	}
	return fset, pkg, lockmodel.Collect(fset, []*ast.File{file}, pkg, info, nil)
}

const library = `//lockvet:order shelf book
//lockvet:class book ordered
package library

type Shelf struct{ room struct{ number int } }

//lockvet:acquire shelf shared key=s
//lockvet:release book
func (s *Shelf) Open() {}

func (s *Shelf) Dust() {
	//lockvet:ignore order -- nobody reads at night
	s.Open()
}
`

func ExampleParse() {
	d, err, ok := lockmodel.Parse("//lockvet:acquire  book key=id shared // to read", 1)
	fmt.Println(d, err == nil, ok)
	_, err, _ = lockmodel.Parse("//lockvet:aquire book", 1)
	fmt.Println(err)
	_, _, ok = lockmodel.Parse("// a comment", 1)
	fmt.Println(ok)
	// Output:
	// //lockvet:acquire book shared key=id true true
	// unknown verb "aquire"; the nearest is acquire
	// false
}

func ExampleCollect() {
	_, _, pkg := collect(library)
	for _, name := range pkg.Own.ClassNames() {
		class := pkg.Own.Classes[name]
		fmt.Println(class.Name, class.Ordered, class.Pos)
	}
	open := pkg.Own.Funcs["(*example.com/library.Shelf).Open"]
	for _, effect := range open.Effects {
		fmt.Println(effect.Kind, effect.Class, effect.Mode.Fixed, effect.Guard.Kind == lockmodel.GuardThread)
		for _, key := range effect.Keys {
			fmt.Println("by its", key.Root == lockmodel.Receiver, key.Fields)
		}
	}
	fmt.Println(len(open.Of(lockmodel.Acquire)), "of them acquires")
	// Output:
	// book true library.go:2
	// shelf false library.go:1
	// acquire shelf shared true
	// by its true []
	// release book unknown true
	// 1 of them acquires
}

// What is wrong with a directive is a problem, with a place and a category.
func ExampleCollect_problems() {
	_, _, pkg := collect("//lockvet:order book shelf\npackage library\n\n//lockvet:require bok\nfunc f() {}\n")
	for _, p := range pkg.Problems {
		fmt.Println(p.Category, p.Message)
	}
	// Output: bad-directive unknown class "bok"; the nearest is book
}

func ExampleIgnore_Silences() {
	fset, pkg, lib := collect(library)
	call := pkg.Scope().Lookup("Shelf").Pos() // not the line that is meant
	ignore := lib.Ignores[0]
	fmt.Println(ignore.Line, ignore.Covers, ignore.Categories, ignore.Reason)
	fmt.Println(ignore.Silences(fset, call, "order"))
	fmt.Println(ignore.Silences(fset, ignore.Pos, "order"), ignore.Silences(fset, ignore.Pos, "leak"))
	// Output:
	// 12 [12 13] [order] nobody reads at night
	// false
	// true false
}

func ExampleKey() {
	_, pkg, _ := collect(library)
	shelf := pkg.Scope().Lookup("Shelf")
	open, _, _ := types.LookupFieldOrMethod(shelf.Type(), true, pkg, "Open")
	room, _, _ := types.LookupFieldOrMethod(shelf.Type(), true, pkg, "room")
	for _, obj := range []types.Object{shelf, open, room} {
		fmt.Println(lockmodel.Key(obj))
	}
	var keys lockmodel.Keys // remembers what it walked through
	fmt.Println(keys.Key(room) == lockmodel.Key(room))
	fmt.Println(lockmodel.PkgPath(types.NewPackage("example.org/p [example.org/p.test]", "p")))
	fmt.Println(len(lockmodel.FieldKeys(pkg)), "fields")
	// Output:
	// example.com/library.Shelf
	// (*example.com/library.Shelf).Open
	// example.com/library.Shelf.room
	// true
	// example.org/p
	// 2 fields
}

func ExampleModel_FuncOf() {
	_, pkg, lib := collect(library)
	open, _, _ := types.LookupFieldOrMethod(pkg.Scope().Lookup("Shelf").Type(), true, pkg, "Open")
	fmt.Println(lib.Merged.FuncOf(open.(*types.Func)).Key)
	// Output: (*example.com/library.Shelf).Open
}

// Models of imports are merged in any order, and travel as the same bytes.
func ExampleModel() {
	_, _, lib := collect(library)
	other := lockmodel.New()
	other.Edges = append(other.Edges, lockmodel.Edge{Outer: "book", Inner: "page", Pos: "page.go:1"})
	fmt.Println(other.Empty(), lockmodel.New().Empty())

	a, b := lockmodel.New(), lockmodel.New()
	a.Merge(lib.Own)
	a.Merge(other)
	b.Merge(other)
	b.Merge(lib.Own)
	fmt.Println(bytes.Equal(a.Encode(), b.Encode()))
	again, err := lockmodel.Decode(a.Encode())
	if err != nil {
		panic(err)
	}
	fmt.Println(again.Order().Chain("shelf", "page"))
	// Output:
	// false true
	// true
	// [shelf book page]
}

func ExampleOrder() {
	m := lockmodel.New()
	m.Edges = []lockmodel.Edge{{Outer: "book", Inner: "page"}, {Outer: "shelf", Inner: "book"}}
	order := m.Order()
	fmt.Println(order.Before("shelf", "page"), order.Before("page", "shelf"))
	fmt.Println(order.Known("page", "shelf"), order.Known("page", "cellar"))
	fmt.Println(order.Chain("shelf", "page"), order.Cycle())

	m.Edges = append(m.Edges, lockmodel.Edge{Outer: "page", Inner: "shelf"})
	fmt.Println(m.Order().Cycle())
	// Output:
	// true false
	// true false
	// [shelf book page] []
	// [book page shelf book]
}

func ExampleWord_End() {
	d, _, _ := lockmodel.Parse("//lockvet:acquire book", 1)
	class := d.Classes[0]
	fmt.Println(class.Text, class.Pos, class.End())
	// Output: book 19 23
}
