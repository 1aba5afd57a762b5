package gclplugin_test

import (
	"encoding/json"
	"fmt"

	"github.com/lockvet/lockvet/gclplugin"
)

// golangci-lint calls New with the settings of .golangci.yml.
func ExampleNew() {
	plugin, err := gclplugin.New(map[string]any{"infer": "module"})
	if err != nil {
		fmt.Println(err)
		return
	}
	analyzers, err := plugin.BuildAnalyzers()
	fmt.Println(len(analyzers), err, plugin.GetLoadMode())

	_, err = gclplugin.New(map[string]any{"infer": "some"})
	fmt.Println(err)
	// Output:
	// 6 <nil> typesinfo
	// lockvet: decoding settings: infer: "some": use true, false, all or module
}

// What a configuration may say.
func ExampleSettings() {
	var settings gclplugin.Settings
	fmt.Println(json.Unmarshal([]byte(`{"infer": "module"}`), &settings), settings.Infer)
	fmt.Println(json.Unmarshal([]byte(`{"infer": true}`), &settings), settings.Infer)
	// Output:
	// <nil> module
	// <nil> all
}
