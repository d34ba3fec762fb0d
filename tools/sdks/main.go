// Command sdks makes the native plugin's SDKs out of its schema: sdks SCHEMA VERSION FOLDER.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "pulumi-mixpanel's script/sdks"

func main() {
	if len(os.Args) != 4 {
		stop(fmt.Errorf("usage: sdks SCHEMA VERSION FOLDER"))
	}
	folder := os.Args[3]
	for _, language := range []string{"python", "nodejs", "go"} {
		files, err := generate(language, bind(os.Args[1], os.Args[2]))
		stop(err)
		for name, text := range files {
			path := filepath.Join(folder, language, name)
			stop(os.MkdirAll(filepath.Dir(path), 0o755))
			stop(os.WriteFile(path, text, 0o644))
		}
	}
}

// bind reads the schema, and ends the program if Pulumi has anything to say against it.
func bind(path, version string) *schema.Package {
	text, err := os.ReadFile(path)
	stop(err)
	var spec schema.PackageSpec
	stop(json.Unmarshal(text, &spec))
	spec.Version = version
	found, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	stop(err)
	for _, one := range diagnostics {
		fmt.Fprintln(os.Stderr, one.Error())
	}
	if len(diagnostics) > 0 {
		stop(fmt.Errorf("%s: %d diagnostics", path, len(diagnostics)))
	}
	return found
}

func generate(language string, bound *schema.Package) (map[string][]byte, error) {
	switch language {
	case "python":
		return python.GeneratePackage(tool, bound, nil, nil)
	case "nodejs":
		return nodejs.GeneratePackage(tool, bound, nil, nil, false, nil)
	default:
		return gen.GeneratePackage(tool, bound, nil)
	}
}

func stop(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
