package lockmodel

import (
	"slices"
	"strconv"
	"strings"
)

// quote puts a word of a directive into a message: quoted and in ASCII,
// whatever bytes the source had.
func quote(word string) string { return strconv.QuoteToASCII(word) }

// ascii escapes what is not printable ASCII in s.
func ascii(s string) string {
	var b strings.Builder
	for _, r := range s {
		if ' ' <= r && r <= '~' {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

// remedy ends a message about an unknown word: the nearest of the known words
// when one is near, all of them after the lead otherwise, and instead when
// there are none.
func remedy(word string, known []string, lead, instead string) string {
	if len(known) == 0 {
		return instead
	}
	if near := nearest(word, known); near != "" {
		return "the nearest is " + near
	}
	if lead == "" {
		return instead
	}
	return lead + " " + list(known, "and")
}

// list joins words as prose does: "a", "a and b", "a, b and c".
func list(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}

// nearest returns the known word that word was probably meant to be, or "".
// Of several equally near it returns the first in byte order.
func nearest(word string, known []string) string {
	limit := 2
	if len(word) < 5 {
		limit = 1
	}
	best, bestAt := "", limit+1
	for _, k := range slices.Sorted(slices.Values(known)) {
		if strings.EqualFold(k, word) {
			return k
		}
		if len(k)-len(word) > limit || len(word)-len(k) > limit {
			continue
		}
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < bestAt {
			best, bestAt = k, d
		}
	}
	if bestAt >= max(len(word), len(best)) {
		return "" // nothing of the word would remain
	}
	return best
}

// distance counts the bytes to insert, drop, replace or swap with their
// neighbour to make b of a, no byte touched twice (optimal string alignment).
func distance(a, b string) int {
	older := make([]int, len(b)+1)
	old := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range old {
		old[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(b)]
}
