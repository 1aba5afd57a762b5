package nsorder

import (
	_ "embed"
	"fmt"
	"reflect"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/analyzer/lockset"
	"github.com/lockvet/lockvet/internal/diag"
)

//go:embed doc.go
var doc string

// Analyzer reports two locks of one ordered class that are held together, but
// were not taken in the order of their keys.
var Analyzer = &analysis.Analyzer{
	Name:       "nsorder",
	Doc:        diag.Doc(doc),
	URL:        diag.URL("nsorder"),
	Requires:   []*analysis.Analyzer{analyzer.Analyzer},
	Run:        diag.Safely(run),
	ResultType: reflect.TypeFor[*diag.Result](),
}

// The categories.
const (
	usersUnordered = "users-unordered"
	sortKey        = "sort-key"
	loopUnsorted   = "loop-unsorted"
	unordered      = "unordered"
)

func run(pass *analysis.Pass) (any, error) {
	res := pass.ResultOf[analyzer.Analyzer].(*analyzer.Result)
	if len(res.Acquires) == 0 && len(res.Duties) == 0 {
		return &diag.Result{}, nil // most packages touch no lock
	}
	r := diag.NewReporter(pass, res)
	broken := diag.Broken(res)
	for _, a := range res.Acquires {
		if a.Try || broken[a.Pos] {
			continue // cannot wait, or the graver report of inversion stands there
		}
		if p, category := worst(res, a); p != nil {
			r.Add(pair(r, res, a, *p, category))
		}
	}
	for _, d := range res.Duties {
		if d.Want.Class != d.Held.Class {
			continue
		}
		if category := judge(res, d.Want.Class, d.Relation, false, false); category != "" {
			r.Add(r.Duty(category, d, fault(category, ""), remedy(res, d.Want.Class, category, false)))
		}
	}
	return r.Flush(), nil
}

// worst returns the pair of a that is to be reported, and its category: of the
// pairs in no proven order the one with the shortest chain, then the earliest.
func worst(res *analyzer.Result, a analyzer.Acquire) (*analyzer.Pair, string) {
	var best *analyzer.Pair
	category := ""
	for i := range a.Pairs {
		p := &a.Pairs[i]
		if p.Want.Class != p.Held.Class {
			continue
		}
		c := judge(res, p.Want.Class, p.Relation, inTurns(p), p.Either)
		if c == "" || best != nil && !nearer(p, best) {
			continue
		}
		best, category = p, c
	}
	return best, category
}

func nearer(p, q *analyzer.Pair) bool {
	if len(p.Chain) != len(q.Chain) {
		return len(p.Chain) < len(q.Chain)
	}
	return diag.CompareSites(p.At, q.At) < 0
}

// inTurns reports whether the two locks were taken in different turns of a
// loop: by one call, at one place. A call that takes a lock, and while it holds
// that runs a function that takes the other, has two places.
func inTurns(p *analyzer.Pair) bool {
	return p.Loop && diag.End(p.Chain) == diag.End(p.At.Chain)
}

// judge returns the category of two locks of a class whose keys stand in rel,
// "" if there is nothing to say. loop says that one call took both, in
// different turns of a loop; either, that they are of an inferred class and may
// be taken in either order.
func judge(res *analyzer.Result, class string, rel lockset.Relation, loop, either bool) string {
	if rel == lockset.Same || rel == lockset.After {
		return ""
	}
	if c := res.Model.Classes[class]; c == nil || !c.Ordered {
		if either && res.Infer {
			return unordered
		}
		return ""
	}
	switch {
	case rel == lockset.ByOther:
		return sortKey
	case loop || rel == lockset.Turn:
		return loopUnsorted
	}
	return usersUnordered
}

// pair reports two locks of one class that one call brings together.
func pair(r *diag.Reporter, res *analyzer.Result, a analyzer.Acquire, p analyzer.Pair, category string) analysis.Diagnostic {
	turn, compared := "", ""
	if inTurns(&p) || p.Relation == lockset.Turn {
		turn = "an earlier turn of the loop"
	}
	if p.Compared.Pos.IsValid() {
		compared = " (" + r.Line(p.Compared, a.Pos) + ")"
	}
	d := analysis.Diagnostic{
		Pos: a.Pos, End: a.End,
		Category: category,
		Message: fmt.Sprintf("%s while holding %s%s, %s%s; %s",
			diag.Act(a.Name, p.Want, p.Chain), diag.Lock(p.Held), r.At(p.At, a.Pos, turn),
			fault(category, compared), diag.Steps(a.Name, p.Chain),
			remedy(res, p.Want.Class, category, p.Ordered)),
		Related: r.Related(a, p),
	}
	if p.Compared.Pos.IsValid() {
		d.Related = append(d.Related, analysis.RelatedInformation{
			Pos: p.Compared.Pos, End: p.Compared.End, Message: "what is compared here is not the keys",
		})
	}
	if category == usersUnordered && len(a.Fix.Edits) > 0 {
		d.SuggestedFixes = []analysis.SuggestedFix{{
			Message:   "take both locks in one call of " + a.Fix.Name,
			TextEdits: diag.Edits(a.Fix.Edits),
		}}
	}
	return d
}

// fault says what is wrong with the order of the keys.
func fault(category, compared string) string {
	if category == sortKey {
		return "ordered by something else than the keys" + compared
	}
	return "in no fixed order"
}

// remedy says how to take the locks instead.
func remedy(res *analyzer.Result, class, category string, more bool) string {
	call := diag.Remedy(res.Model, class, more)
	switch category {
	case sortKey:
		return "compare the keys that are locked, or " + call
	case loopUnsorted:
		if call == diag.InOrder {
			return "sort the keys before the loop"
		}
		return "sort the keys before the loop, or " + call
	}
	return call
}
