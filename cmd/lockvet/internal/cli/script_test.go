package cli

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/scripttest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lockvet": func() { Main(fakeSuite()) }})
}

// TestScripts runs the command over packages for which a suite of fake
// analyzers says what there is to find.
func TestScripts(t *testing.T) { testscript.Run(t, scripttest.Params(t, "script")) }
