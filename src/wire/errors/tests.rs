use super::*;

#[test]
fn error_codes_are_those_of_the_protocol() {
    let document = include_str!("../../../docs/PROTOCOL.md");
    for code in ErrorCode::VARIANTS {
        assert!(document.contains(&format!("`{}`", code.label())), "{code:?} is not in docs/PROTOCOL.md");
    }
}

#[test]
fn http_statuses_are_those_of_the_protocol() {
    let document = include_str!("../../../docs/PROTOCOL.md");
    let (_, table) = document.split_once("| status | code |").expect("the table of statuses");
    for line in table.lines().filter(|line| line.starts_with("| ") && !line.contains("---")) {
        let mut cells = line.split('|').skip(1);
        let status = cells.next().unwrap().trim();
        for label in cells.next().unwrap().split(',') {
            let label = label.trim().trim_matches('`');
            let code = ErrorCode::VARIANTS.iter().find(|code| code.label() == label).expect(label);
            assert_eq!(code.status().as_str(), status, "{label}");
        }
    }
}

#[test]
fn echo_shortens_and_escapes() {
    assert_eq!(echo("a\u{7}"), "\"a\\u{7}\"");
    assert_eq!(echo(&"x".repeat(100)).len(), MAX_ECHO + 4);
}
