//! What the reader makes of a page.

use std::path::Path;

use crate::reader::{Desk, Page};

fn page(text: &str) -> Page {
    Page::parse(Path::new("page.md"), text).unwrap_or_else(|(line, wrong)| panic!("{line}: {wrong}"))
}

#[test]
fn what_a_page_says_is_done() {
    let followed = Desk::new()
        .calling("registry.example.org", "127.0.0.1:5000")
        .follow(&page(
            r#"
Make a folder:

```console
mkdir greetings
cd greetings
name=Ada
```

and write

<!-- file: tasks/greet.txt -->
```text
hello
```

1. Then

   ```console
   echo "$(cat tasks/greet.txt) $name at registry.example.org, pid $$"
   ```

   <!-- shows -->
   ```text
   hello Ada at registry.example.org, pid …
   ```

<!-- exits: 3 -->
```console
(exit 3)
```

<!-- runs until: ready -->
```console
echo ready; sleep 1000
```

<!-- not run: it needs a key -->
```console
false
```

```yaml
only: shown
```
"#,
        ));
    assert_eq!(followed, Ok(()));
}

#[test]
fn what_goes_wrong_is_said_with_the_line_of_the_page() {
    let wrong = |text: &str| Desk::new().follow(&page(text)).unwrap_err();
    insta::assert_snapshot!(wrong("\n```console\necho one\n```\n\n```console\necho two\nfalse\n```\n"), @"
    page.md:6: exit status: 1

    two
    ");
    insta::assert_snapshot!(wrong("```console\necho one\n```\n<!-- shows -->\n```text\ntwo\n```\n"), @"
    page.md:5: `two` is not shown by

    one
    ");
    insta::assert_snapshot!(wrong("<!-- runs until: ready -->\n```console\necho never\n```\n"), @"
    page.md:2: exit status: 1

    never
    it ended
    ");
    insta::assert_snapshot!(wrong("<!-- exits: 2 -->\n```console\ntrue\n```\n"), @"
    page.md:2: exit status: 1

    it ended with 0
    ");
}

#[test]
fn a_page_that_is_not_of_the_form_is_refused() {
    let refused = |text: &str| {
        let (line, wrong) = Page::parse(Path::new("page.md"), text).err().unwrap();
        format!("{line}: {wrong}")
    };
    insta::assert_snapshot!(refused("<!-- not run: -->\n```console\nx\n```\n"), @"2: say why it is not run");
    insta::assert_snapshot!(refused("<!-- with: checkout, moon -->\n"), @"1: no test starts `moon`");
    insta::assert_snapshot!(refused("<!-- file: a -->\n\ntext\n"), @"1: no fence comes after `file: a`");
    insta::assert_snapshot!(refused("<!-- runs until: x -->\n```yaml\nx\n```\n"), @"2: `runs until: x` is for a fence of `console`");
}
