package gate

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

func TestTimeless(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"acquiring b while holding a (line 41); order is a, then b", "acquiring b while holding a (line); order is a, then b"},
		{"calls LockUser (quota/quota.go:31)", "calls LockUser (quota.go)"},
		{"at /abs/x.go:3:4 and y.go:9", "at x.go and y.go"},
		{"timeline 4 and 5 lines", "timeline 4 and 5 lines"},
	} {
		assert.Equal(t, c.want, timeless(c.in))
	}
}

func TestKeysOfEqualFindingsDiffer(t *testing.T) {
	findings := []report.Finding{
		{Place: report.Place{File: "/a.go", Line: 1}, Category: "order", Message: "m (line 1)"},
		{Place: report.Place{File: "/a.go", Line: 2}, Category: "order", Message: "m (line 2)"},
		{Place: report.Place{File: "/a.go", Line: 2}, Category: "leak", Message: "m (line 2)"},
	}
	Identify(findings)
	assert.NotEqual(t, findings[0].Key, findings[1].Key)
	assert.NotEqual(t, findings[1].Key, findings[2].Key)
	again := []report.Finding{{Place: report.Place{File: "/b.go", Line: 70}, Category: "order", Message: "m (line 69)"}}
	Identify(again)
	assert.Equal(t, findings[0].Key, again[0].Key)
}

const diff = `diff --git a/a.go b/a.go
index 1..2 100644
--- a/a.go
+++ b/a.go
@@ -3 +3,2 @@ func F() {
---- a/looks like a heading
+++ b/looks.go
+@@ -1 +1 @@
@@ -10,2 +11,0 @@
-gone
-gone too
@@ -20,0 +20 @@
+new
\ No newline at end of file
diff --git a/old.go b/old.go
deleted file mode 100644
--- a/old.go
+++ /dev/null
@@ -1 +0,0 @@
-package old
diff --git "a/\"q\".go" "b/\"q\".go"
--- "a/\"q\".go"
+++ "b/\"q\".go"
@@ -1 +1 @@
-a
+b
diff --git a/with space.go b/with space.go
--- a/with space.go	
+++ b/with space.go	
@@ -5 +5 @@
-a
+b
`

func TestReadDiff(t *testing.T) {
	c := &Changes{root: "/r", files: map[string][]lines{}}
	c.readDiff(diff)
	assert.Equal(t, map[string][]lines{
		"a.go":          {{3, 4}, {11, 12}, {20, 20}},
		`"q".go`:        {{1, 1}},
		"with space.go": {{5, 5}},
	}, c.files)
}

func TestTouches(t *testing.T) {
	c := &Changes{root: "/r", files: map[string][]lines{"p/a.go": {{10, 12}}}}
	at := func(file string, line, end int) report.Place {
		return report.Place{File: file, Line: line, EndLine: end}
	}
	for name, f := range map[string]report.Finding{
		"the line itself":            {Place: at("/r/p/a.go", 11, 11)},
		"a range around it":          {Place: at("/r/p/a.go", 9, 14)},
		"a related place":            {Place: at("/r/b.go", 1, 1), Related: []report.Related{{Place: at("/r/p/a.go", 12, 0)}}},
		"a line in the message":      {Place: at("/r/p/a.go", 1, 1), Message: "while holding x (line 10)"},
		"a far line in the message":  {Place: at("/r/b.go", 1, 1), Message: "calls LockUser (p/a.go:10)"},
		"a file by its last name":    {Place: at("/r/b.go", 1, 1), Message: "calls LockUser (a.go:10)"},
		"after what was taken out":   {Place: at("/r/p/a.go", 12, 0)},
		"a related range that spans": {Place: at("/r/b.go", 1, 1), Related: []report.Related{{Place: at("/r/p/a.go", 1, 99)}}},
	} {
		assert.True(t, c.touches(f), name)
	}
	for name, f := range map[string]report.Finding{
		"before":                     {Place: at("/r/p/a.go", 9, 9)},
		"after":                      {Place: at("/r/p/a.go", 13, 14)},
		"another file":               {Place: at("/r/a.go", 11, 11)},
		"outside the checkout":       {Place: at("/p/a.go", 11, 11)},
		"another line in a message":  {Place: at("/r/p/a.go", 1, 1), Message: "while holding x (line 9)"},
		"the end of another's name":  {Place: at("/r/b.go", 1, 1), Message: "calls LockUser (p/aa.go:10)"},
		"a far line of another file": {Place: at("/r/b.go", 1, 1), Message: "calls LockUser (q/a.go:10)"},
	} {
		assert.False(t, c.touches(f), name)
	}
}
