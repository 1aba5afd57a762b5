package nslock

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// directives returns the lockvet directives of the package clause under "", and of each function
// under its name.
func directives(t *testing.T) map[string][]string {
	t.Helper()
	all := make(map[string][]string)
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ParseComments)
		require.NoError(t, err)
		collect(all, "", file.Doc)
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				collect(all, receiver(fn)+fn.Name.Name, fn.Doc)
			}
		}
	}
	return all
}

func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return ""
	}
	if star, ok := fn.Recv.List[0].Type.(*ast.StarExpr); ok {
		return star.X.(*ast.Ident).Name + "."
	}
	return ""
}

func collect(all map[string][]string, name string, doc *ast.CommentGroup) {
	if doc == nil {
		return
	}
	for _, c := range doc.List {
		if d, ok := strings.CutPrefix(c.Text, "//lockvet:"); ok {
			all[name] = append(all[name], d)
		}
	}
}

// The linter knows this package by its directives alone.
func TestDirectives(t *testing.T) {
	require.Equal(t, map[string][]string{
		"": {"order namespace mailbox", "order namespace mboxname", "order namespace index",
			"class namespace ordered", "class index within=namespace"},
		"Owner.LockUser":         {"acquire namespace mode=mode key=userid"},
		"Owner.TryLockUser":      {"acquire namespace mode=mode key=userid try"},
		"Owner.LockUsers":        {"acquire namespace mode=mode key=userids ordered"},
		"Owner.LockMailboxUsers": {"acquire namespace mode=mode ordered"},
		"Namespace.Release":      {"release namespace"},
		"Owner.OpenMailbox": {"require namespace mode=mode key=ref.User", "acquire mailbox mode=mode key=ref.UniqueID",
			"acquire index mode=mode key=ref.UniqueID"},
		"Owner.TryRepack": {"require namespace exclusive key=ref.User", "acquire mailbox exclusive key=ref.UniqueID try",
			"acquire index exclusive key=ref.UniqueID try"},
		"Mailbox.Park":       {"release index"},
		"Mailbox.LockIndex":  {"require namespace mode=mode", "acquire index mode=mode"},
		"Mailbox.Close":      {"release index", "release mailbox"},
		"Owner.LockMboxname": {"acquire mboxname mode=mode key=uniqueid"},
		"Mboxname.Release":   {"release mboxname"},
		"Owner.Close":        {"release namespace", "release mailbox", "release index", "release mboxname"},
	}, directives(t))
}

// The order that the directives declare is the one that the runtime keeps: for every two classes,
// a call that takes the first while the second is held is refused exactly if that is an inversion.
func TestTheOrderEnforcedIsTheOrderDeclared(t *testing.T) {
	outer := make(map[[2]string]bool)
	for _, d := range directives(t)[""] {
		if words := strings.Fields(d); words[0] == "order" {
			for i := range words[1:] {
				for j := i + 1; j < len(words)-1; j++ {
					outer[[2]string{words[i+1], words[j+1]}] = true
				}
			}
		}
	}
	ref := MailboxRef{User: "bob", UniqueID: "uid1"}
	// Each takes one class for an owner that holds bob's namespace, and says what it took.
	take := map[string]func(o *Owner) error{
		classNamespace: func(o *Owner) error { _, err := o.LockUser(bg, "carol", Shared); return err },
		classMailbox: func(o *Owner) error {
			mb, err := o.OpenMailbox(bg, ref, Shared)
			if err == nil {
				mb.Park()
			}
			return err
		},
		classIndex:    func(o *Owner) error { _, err := o.OpenMailbox(bg, ref, Shared); return err },
		classMboxname: func(o *Owner) error { _, err := o.LockMboxname(bg, "uid2", Shared); return err },
	}
	for want, takeWant := range take {
		for held, takeHeld := range take {
			if want == held {
				continue
			}
			o := openTest(t).NewOwner("o")
			_, err := o.LockUser(bg, "bob", Shared)
			require.NoError(t, err)
			require.NoError(t, takeHeld(o))
			err = takeWant(o)
			if outer[[2]string{want, held}] {
				require.ErrorIs(t, err, ErrOrder, "%s under %s", want, held)
			} else {
				require.NoError(t, err, "%s under %s", want, held)
			}
			_ = o.Close()
		}
	}
}
