// Prints what go/parser finds at the top level of the files named on stdin, one
// line each.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, lines.Text(), nil, parser.SkipObjectResolution)
		if err != nil {
			fmt.Fprintln(out, lines.Text(), "broken")
			continue
		}
		fmt.Fprintln(out, lines.Text(), "package", file.Name.Name)
		for _, spec := range file.Imports {
			fmt.Fprintln(out, "import", spec.Path.Value, set.Position(spec.Path.Pos()).Offset)
		}
		for _, declaration := range file.Decls {
			switch declaration := declaration.(type) {
			case *ast.FuncDecl:
				fmt.Fprintf(out, "func %s %d %t %t", declaration.Name.Name, set.Position(declaration.Name.Pos()).Offset,
					declaration.Recv != nil, declaration.Type.TypeParams != nil)
				list(out, set, declaration.Type.Params)
				list(out, set, declaration.Type.Results)
				fmt.Fprintln(out)
			case *ast.GenDecl:
				for _, spec := range declaration.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						fmt.Fprintln(out, "type", spec.Name.Name, spec.Assign != 0)
					case *ast.ValueSpec:
						for _, name := range spec.Names {
							fmt.Fprintln(out, declaration.Tok, name.Name)
						}
					}
				}
			}
		}
	}
}

// list prints a type for each parameter, without what is only layout.
func list(out *bufio.Writer, set *token.FileSet, fields *ast.FieldList) {
	fmt.Fprint(out, " (")
	if fields != nil {
		for _, field := range fields.List {
			var text bytes.Buffer
			if err := format.Node(&text, set, ast.Unparen(field.Type)); err != nil {
				panic(err)
			}
			for range max(1, len(field.Names)) {
				fmt.Fprintf(out, "%s|", bytes.Join(bytes.Fields(text.Bytes()), nil))
			}
		}
	}
	fmt.Fprint(out, ")")
}
