// Drops on the real window of the program, by the protocol that file managers speak (tests/support/xdnd.h): every real
// data set, odd names, several files, text, and what is no file. What is open stands in the window's title.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "draw.h"
#include "folder.h"
#include "real_files.h"
#include "str.h"
#include "xdnd.h"
#include <signal.h>
#include <sys/wait.h>

static struct xdnd x;
static pid_t program;
static struct temporary *home;

// The program with a small network that is not trained, its preferences in a folder of its own.
static int open_program(void **state) {
    const char *display = getenv("UNROLL_TEST_DISPLAY");
    if (!display || strcmp(display, "x11") || !xdnd_open(&x)) return 0; // the tests skip
    if (make_folder(state)) return -1;
    home = *state;
    program = fork();
    if (program == 0) {
        setenv("XDG_CONFIG_HOME", home->folder, 1);
        execl(UNROLL, "unroll", "--data", SOURCE_ROOT "/assets/dinosaurs.txt", "--hidden", "4", "--steps", "1",
              (char *)NULL);
        _exit(127);
    }
    return xdnd_find_target(&x, 30) ? 0 : -1;
}

static int close_program(void **state) {
    if (program > 0) {
        kill(program, SIGTERM);
        waitpid(program, NULL, 0);
    }
    if (x.display) xdnd_close(&x);
    return home ? remove_folder(state) : 0;
}

static void need_display(void) {
    if (program > 0) return;
    print_message("skipped: no X server (Xvfb) to drop on\n");
    skip();
}

// What file managers make of a path: all that is not a letter, a digit or one of -_./ in hexadecimal.
static void put_uri(struct str *out, const char *path) {
    str_put(out, "file://");
    for (const char *at = path; *at; at++) {
        bool plain = (*at | 32) >= 'a' && (*at | 32) <= 'z';
        plain = plain || (*at >= '0' && *at <= '9') || strchr("-_./", *at);
        if (plain)
            str_put_char(out, *at);
        else
            str_printf(out, "%%%02X", (unsigned char)*at);
    }
    str_put(out, "\r\n");
}

static void drop_paths(const char *const *paths, int count) {
    struct str list = {0};
    for (int k = 0; k < count; k++)
        put_uri(&list, paths[k]);
    assert_true(xdnd_drop(&x, "text/uri-list", str_text(&list)));
    str_release(&list);
}

static void expect_title(const char *expected) {
    char title[512] = "";
    for (int k = 0; k < 3000; k++) { // a minute: the sanitizers are slow
        xdnd_title(&x, title, sizeof title);
        if (!strcmp(title, expected)) return;
        usleep(20000);
    }
    fail_msg("expected the title \"%s\", found \"%s\"", expected, title);
}

static void expect_open(const char *name, long count, const char *unit) {
    char number[64], expected[512];
    format_count(number, sizeof number, count);
    snprintf(expected, sizeof expected, "%s, %s %s - unroll", name, number, unit);
    expect_title(expected);
}

static void every_real_file(void **state) {
    (void)state;
    need_display();
    need_real_files();
    for (int k = 0; k < REAL_FILES; k++) {
        const struct real_file *r = &real_files[k];
        char path[600];
        snprintf(path, sizeof path, "%s/%s", REAL_DATA, r->path);
        drop_paths((const char *[]){path}, 1);
        bool whole = r->examples == 1; // one long text, or one long series
        expect_open(r->path, whole ? r->length_max : r->examples,
                    !whole       ? "examples"
                    : r->symbols ? "characters"
                                 : "values");
    }
}

static void names_with_odd_characters(void **state) {
    need_display();
    static const char *const names[] = {"two words.txt", "größe 大.txt", "100%.txt", "a+b&c#d?.txt", "new\nline.txt"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        char text[256];
        int lines = 10 + (int)k;
        struct str content = {0};
        for (int i = 0; i < lines; i++)
            str_printf(&content, "word%c%c\n", 'a' + i, 'a' + (int)k);
        const char *path = temporary_path(*state, names[k]);
        assert_true(file_save_whole(path, content.data, content.size, NULL));
        drop_paths(&path, 1);
        snprintf(text, sizeof text, "%s", names[k]);
        char *newline = strchr(text, '\n');
        if (newline) *newline = ' ';
        expect_open(text, lines, "examples");
        str_release(&content);
    }
}

static void several_files_text_and_addresses(void **state) {
    need_display();
    char paths[3][1024];
    for (int k = 0; k < 3; k++) {
        char name[16];
        snprintf(name, sizeof name, "n%d.txt", k);
        snprintf(paths[k], sizeof paths[k], "%s", temporary_path(*state, name));
        assert_true(file_save_whole(paths[k], "anna\nbert\ncarl\n", 10 + (size_t)(k ? 5 : 0), NULL));
    }
    drop_paths((const char *[]){paths[1], paths[2], paths[0]}, 3);
    expect_open("n1.txt", 3, "examples"); // the first
    drop_paths((const char *[]){paths[0]}, 1);
    expect_open("n0.txt", 2, "examples");
    // No file of this computer: what the workbench has open stays open, and so does the window.
    xdnd_drop(&x, "text/uri-list", "https://example.org/names.txt\r\n");
    xdnd_drop(&x, "text/uri-list", "file:///no/such/file.txt\r\n");
    xdnd_drop(&x, "text/plain", "https://example.org/names.txt");
    expect_open("dinosaurs.txt", 280, "examples"); // nothing is looked at any more
    assert_true(xdnd_drop(&x, "text/plain", "the cat sat\nthe dog ran\na bird flew\nthe end\n"));
    expect_open("the-cat-sat.txt", 4, "examples");
    char kept[600];
    snprintf(kept, sizeof kept, "%s/unroll/pasted/the-cat-sat.txt", home->folder);
    struct bytes bytes = read_bytes(kept);
    assert_string_equal(bytes.data, "the cat sat\nthe dog ran\na bird flew\nthe end\n");
    bytes_release(&bytes);
    assert_int_equal(waitpid(program, NULL, WNOHANG), 0); // it is still there
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_real_file), cmocka_unit_test(names_with_odd_characters),
                                       cmocka_unit_test(several_files_text_and_addresses)};
    return cmocka_run_group_tests_name("drop", tests, open_program, close_program);
}
