package nslock

import (
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What Cyrus 3.6.1 made of these names, as seen in its lock directory.
func TestFilesAsCyrusNamesThem(t *testing.T) {
	hashed := naming{hash: true, deletedPrefix: "DELETED"}
	full := naming{hash: true, full: true, deletedPrefix: "DELETED"}
	plain := naming{deletedPrefix: "DELETED"}
	for _, c := range []struct{ user, hashed, full, plain string }{
		{"alice", "q/*U*alice.lock", "U/*U*alice.lock", "*U*alice.lock"},
		{"a.b", "q/*U*a^b.lock", "L/*U*a^b.lock", "*U*a^b.lock"},
		{"zoe", "q/*U*zoe.lock", "M/*U*zoe.lock", "*U*zoe.lock"},
		{"Bob", "q/*U*Bob.lock", "H/*U*Bob.lock", "*U*Bob.lock"},
		{"9lives", "q/*U*9lives.lock", "L/*U*9lives.lock", "*U*9lives.lock"},
		{"x@example.com", "q/*U*x@example^com.lock", "Q/*U*x@example^com.lock", "*U*x@example^com.lock"},
		{SharedNamespace, "q/*U*.lock", "D/*U*.lock", "*U*.lock"},
	} {
		for _, n := range []struct {
			naming
			want string
		}{{hashed, c.hashed}, {full, c.full}, {plain, c.plain}} {
			got, err := n.userFile(c.user)
			require.NoError(t, err)
			require.Equal(t, n.want, got)
		}
	}
	for id, want := range map[string]string{
		"797k18ri81l80r87jr5ntx4g": "S", "x33djv6hrq91rg9tu3llyjxj": "I", "ze9z3a4l0zrdyg4ru0r7myes": "P",
		"z9xt21yvbyu4spb97niyu8pq": "T", "5wdl90scs170ju3kjqk6rjio": "F", "r09l4hqfqdjpbtxgzxl76qc1": "C", "pq50xnrnc9usinmlonz7ljbx": "O",
	} {
		got, err := full.mailboxFile(id)
		require.NoError(t, err)
		require.Equal(t, want+"/"+id+".lock", got)
	}
	got, err := hashed.mailboxFile("9y0gx159k82o3wp898yqmfp")
	require.NoError(t, err)
	require.Equal(t, "q/9y0gx159k82o3wp898yqmfp.lock", got)
}

// By the rule of mboxname_hash, read in the source; no server was asked.
func TestFilesByTheRule(t *testing.T) {
	n := naming{hash: true, deletedPrefix: "DELETED", defaultDomain: "def.org"}
	for name, want := range map[string]string{
		"user.alice":                      "a/user/alice.lock",
		"user.a^b.Sent.Old":               "a/user/a^b/Sent/Old.lock",
		"ex.org!user.bob.x":               "domain/e/ex.org/b/user/bob/x.lock",
		"def.org!user.bob":                "b/user/bob.lock",
		"shared":                          "s/shared.lock",
		"shared.news":                     "n/shared/news.lock",
		"DELETED.user.alice.Sent.5F00AB1": "u/DELETED/user/alice/Sent/5F00AB1.lock",
	} {
		got, err := n.mailboxFile(name)
		require.NoError(t, err, name)
		require.Equal(t, want, got)
	}
	n.layout = Cyrus312
	for user, want := range map[string]string{
		"alice":         "a/*U*user/alice.lock",
		"a.b":           "a/*U*user/a^b.lock",
		"x@ex.org":      "domain/q/*U*ex.org/x/user/x.lock",
		SharedNamespace: "q/*U*.lock",
	} {
		got, err := n.userFile(user)
		require.NoError(t, err, user)
		require.Equal(t, want, got)
	}
}

// a^b and a.b have one file, so they are one user: else two calls could take two users in two orders.
func TestOneFileIsOneUser(t *testing.T) {
	n := naming{defaultDomain: "def.org"}
	got, err := n.canonicalUser("a^b")
	require.NoError(t, err)
	require.Equal(t, "a.b", got)
	got, err = n.canonicalUser("x@def.org")
	require.NoError(t, err)
	require.Equal(t, "x", got)
}

func TestSharedNamespaceIsBeforeEveryValidUser(t *testing.T) {
	n := naming{}
	for c := range 256 {
		if user, err := n.canonicalUser(string([]byte{byte(c)}) + "x"); err == nil {
			require.Less(t, SharedNamespace, user)
		}
	}
}

// inside reports whether rel is a path that stays below the directory it is joined to.
func inside(rel string) bool {
	return filepath.IsLocal(rel) && filepath.Clean(rel) == rel && !strings.Contains(rel, "\x00") && strings.HasSuffix(rel, ".lock")
}

var odd = []string{
	"", ".", "..", "../x", "a/../../x", "a.b", "a^b", "^^", "a\x00b", "!", "..!x", "../..!user.x", "a!user.b", "user.", ".user",
	"*U*x", "\xff\xfe", "DELETED.user.x.5F", "DELETED..x", "x@..", "@", "x@../y", strings.Repeat("a", 1000), strings.Repeat("a.", 500), "user.a.b.c.d",
	" a", "a b", "a\n", "$GLOBAL", "~", "-rf", "x.lock",
}

func FuzzUserFile(f *testing.F) {
	for _, s := range odd {
		f.Add(s, uint8(0))
		f.Add(s, uint8(7))
	}
	f.Fuzz(func(t *testing.T, userid string, how uint8) {
		n := naming{hash: how&1 == 0, full: how&2 != 0, deletedPrefix: "DELETED"}
		if how&4 != 0 {
			n.layout = Cyrus312
		}
		user, err := n.canonicalUser(userid)
		if err != nil {
			require.ErrorIs(t, err, ErrName)
			return
		}
		again, err := n.canonicalUser(user)
		require.NoError(t, err)
		require.Equal(t, user, again)
		require.LessOrEqual(t, SharedNamespace, user)
		file, err := n.userFile(user)
		if err != nil {
			require.ErrorIs(t, err, ErrName)
			return
		}
		require.True(t, inside(file), "%q", file)
		require.LessOrEqual(t, len(filepath.Base(file)), maxPart)
	})
}

func FuzzMailboxFile(f *testing.F) {
	for _, s := range odd {
		f.Add(s, uint8(0))
		f.Add(s, uint8(3))
	}
	f.Fuzz(func(t *testing.T, name string, how uint8) {
		n := naming{hash: how&1 == 0, full: how&2 != 0, deletedPrefix: "DELETED"}
		if user, err := n.owner(name); err == nil {
			require.NotEmpty(t, user)
		} else {
			require.ErrorIs(t, err, ErrName)
		}
		file, err := n.mailboxFile(name)
		if err != nil {
			require.ErrorIs(t, err, ErrName)
			return
		}
		require.True(t, inside(file), "%q", file)
		for part := range strings.SplitSeq(file, "/") {
			require.LessOrEqual(t, len(part), maxPart)
		}
	})
}

// Two names have one file only if Cyrus gives them one.
func FuzzUserFilesDiffer(f *testing.F) {
	for i, s := range odd {
		f.Add(s, odd[(i+1)%len(odd)])
	}
	f.Add("a.b", "a^b")
	f.Add("A", "a")
	f.Add("x", "x@d")
	f.Add("x", "x@")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, layout := range []Layout{Cyrus36, Cyrus312} {
			n := naming{hash: true, layout: layout, defaultDomain: "d"}
			ua, errA := n.canonicalUser(a)
			ub, errB := n.canonicalUser(b)
			if errA != nil || errB != nil {
				return
			}
			fa, errA := n.userFile(ua)
			fb, errB := n.userFile(ub)
			if errA == nil && errB == nil {
				require.Equal(t, ua == ub, fa == fb, "%q %q: %q %q", a, b, fa, fb)
			}
		}
	})
}

func TestSortIsByUseridNotByMailboxName(t *testing.T) {
	users := []string{"a.z", "a-b", "a"}
	sort.Strings(users)
	require.Equal(t, []string{"a", "a-b", "a.z"}, users)
	n := naming{}
	var byOwner []string
	for _, name := range []string{"user.a^z.c", "user.a-b.c", "user.a.z"} {
		u, err := n.owner(name)
		require.NoError(t, err)
		byOwner = append(byOwner, u)
	}
	sort.Strings(byOwner)
	require.Equal(t, users, byOwner)
}
