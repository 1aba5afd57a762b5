package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSARIFSchema validates what lockvet prints of the fixtures against the
// schema of SARIF 2.1.0. It lives here because a dependency of golangci-lint
// carries the schema in its module, and another is a validator: lockvet's own
// module needs neither for anything else.
func TestSARIFSchema(t *testing.T) {
	schema := sarifSchema(t)
	for name, run := range map[string]struct {
		dir  string
		args []string
	}{
		"the fixtures":     {filepath.Join("..", "..", "testdata", "src"), []string{"./..."}},
		"nothing found":    {unpack(t, "infer.txtar"), []string{"."}},
		"a failed package": {unpack(t, "infer.txtar"), []string{".", "./nosuch"}},
	} {
		cmd := exec.Command(vettool, append([]string{"-format=sarif"}, run.args...)...)
		cmd.Dir = run.dir
		out, err := cmd.Output()
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
			require.NoError(t, err, name)
		}
		log, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
		require.NoError(t, err, name)
		assert.NoError(t, schema.Validate(log), name)
	}
}

// TestSARIFSchemaRefuses shows that the validator is awake.
func TestSARIFSchemaRefuses(t *testing.T) {
	log, err := jsonschema.UnmarshalJSON(strings.NewReader(`{"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]}`))
	require.NoError(t, err)
	assert.Error(t, sarifSchema(t).Validate(log))
}

func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/securego/gosec/v2").Output()
	require.NoError(t, err)
	file, err := os.Open(filepath.Join(strings.TrimSpace(string(out)), "report", "sarif", "testdata", "sarif-schema-2.1.0.json"))
	require.NoError(t, err)
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("sarif.json", document))
	schema, err := compiler.Compile("sarif.json")
	require.NoError(t, err)
	return schema
}
