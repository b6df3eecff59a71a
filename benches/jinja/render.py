"""The peer of `pelato gen`: a folder of Jinja templates, rendered for each task of a
workflow. One environment for all tasks, so that each template is compiled once.

usage: render.py TEMPLATES PROJECT     writes PROJECT/gen
"""

import pathlib
import shutil
import sys

import jinja2
import yaml


def main():
    templates, project = map(pathlib.Path, sys.argv[1:])
    workflow = yaml.load((project / "workflow.yaml").read_text(), yaml.CSafeLoader)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates), undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    for task in workflow["tasks"]:
        folder = project / "gen" / task["component_name"]
        for name in environment.list_templates():
            template = environment.get_template(name)
            # A manifest for each target, all else once.
            for target in task["targets"] if name == "wadm.yaml" else [None]:
                file = folder / (name if target is None else f"wadm-{target}.yaml")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(template.render(task, target=target))
        code = (project / "tasks" / task["code"]).read_text()
        (folder / "task.go").write_text(f"//line tasks/{task['code']}:1:1\n{code}")
    shutil.copy(templates.parent / "gitignore", project / "gen" / ".gitignore")


if __name__ == "__main__":
    main()
