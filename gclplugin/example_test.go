package gclplugin_test

import (
	"fmt"

	"github.com/lockvet/lockvet/gclplugin"
)

// golangci-lint calls New with the settings of .golangci.yml.
func ExampleNew() {
	plugin, err := gclplugin.New(map[string]any{"infer": false})
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
