package lab

import (
	"bytes"
	"encoding/gob"

	"golang.org/x/tools/go/analysis"
)

// copyFact copies from into another by way of its encoding, as drivers do:
// what does not travel is not seen here either.
func copyFact(from, into analysis.Fact) bool {
	if from == nil {
		return false
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(from); err != nil {
		panic("internal error: a fact that cannot be encoded: " + err.Error())
	}
	if err := gob.NewDecoder(&b).Decode(into); err != nil {
		panic("internal error: a fact that cannot be decoded: " + err.Error())
	}
	return true
}
