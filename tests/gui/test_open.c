// The ways in by events: the sheet of files and tasks by keyboard and by mouse, pasted and dropped text, what cannot be
// opened; and what is then open, against the readers and the recipes.
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app_chrome.h"
#include "checkpoint.h"
#include "data_page.h"
#include "drive.h"
#include "kind_files.h"
#include "mem.h"
#include "npy_save.h"
#include "open_sheet.h"
#include "page.h"
#include "reader.h"
#include "str.h"
#include "thread.h"
#include "training.h"
#include <sys/stat.h>

static struct drive drive;
static struct temporary *folder;

static char *clipboard; // what it holds, or NULL
static char *from_clipboard(void *context) {
    (void)context;
    return clipboard ? mem_copy_text(clipboard) : NULL;
}

static const char *put(const char *name, const void *data, size_t size) {
    const char *path = temporary_path(folder, name);
    assert_true(file_save_whole(path, data, size, NULL));
    return path;
}

static const char *put_text(const char *name, const char *text) {
    return put(name, text, strlen(text));
}

static void make_subfolder(const char *name) {
    assert_int_equal(mkdir(temporary_path(folder, name), 0755), 0);
}

// A folder with a bit of everything, and the app with its preferences in it.
static int begin(void **state) {
    if (make_folder(state)) return -1;
    folder = *state;
    for (int k = 0; k < KIND_FILES; k++)
        kind_file_make(folder, &kind_files[k]);
    make_subfolder("labels");
    make_subfolder("nothing");
    put_text("labels/good.txt", "fine\nwarm\nnice\nsunny\n");
    put_text("labels/bad.txt", "cold\ngrim\nsad\nfoggy\n");
    put_text("empty.txt", "");
    put_text("README.md", "# Not a lesson\n");
    put_text(".hidden.txt", "anna\nbert\n");
    put("photo.png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
    static char preferences[1200];
    snprintf(preferences, sizeof preferences, "%s/own/preferences.json", folder->folder);
    struct app_options options = {
        .setup = setup_default(), .preferences = preferences, .wait = true, .reduced_motion = true};
    options.setup.recipe.steps = 2;
    options.setup.recipe.spec.hidden = 4;
    struct err err = {0};
    if (!drive_open(&drive, &options, 1440, 900, 1, &err)) fail_msg("%s", err.message);
    snprintf(drive.app->opener->folder, sizeof drive.app->opener->folder, "%s", folder->folder);
    drive.app->ui.clipboard_get = from_clipboard;
    setenv("HOME", folder->folder, 1);
    return 0;
}

static int end(void **state) {
    drive_close(&drive);
    mem_free(clipboard);
    clipboard = NULL;
    return remove_folder(state);
}

static struct opener *opener(void) {
    return drive.app->opener;
}

// Is this said, in one line or in several?
static bool says(const char *text) {
    struct str all = {0}, wanted = {0};
    for (int k = 0; k < drive.list.count; k++) {
        const struct draw_command *at = &drive.list.commands[k];
        for (int c = 0; at->op == DRAW_TEXT && c < at->text_length; c++)
            if (drive.list.texts[at->text + c] != ' ') str_put_char(&all, drive.list.texts[at->text + c]);
    }
    for (; *text; text++)
        if (*text != ' ') str_put_char(&wanted, *text);
    bool there = strstr(str_text(&all), str_text(&wanted)) != NULL;
    str_release(&all);
    str_release(&wanted);
    return there;
}

static const char *lit(void) {
    const struct opener *o = opener();
    return o->row < 0 ? "" : folder_look_list(o->look, NULL)->entries[o->matches[o->row]].name;
}

static void open_sheet(void) {
    drive_key(&drive, 'o', MOD_CTRL);
    drive_frame(&drive);
    assert_true(opener()->open);
    assert_true(ui_text_focused(&drive.app->ui));
}

static struct err told; // in the window, before the data were used
static bool told_good;

// Data are looked at first: uses them.
static void use_data(void) {
    drive_settle(&drive);
    assert_int_equal(drive.app->page, page_find("data"));
    told = drive.app->message;
    told_good = drive.app->message_good;
    drive_key(&drive, KEY_ENTER, 0);
    drive_settle(&drive);
    assert_int_equal(drive.app->page, PAGE_WORKBENCH);
}

// What is open is what the reader makes of the file.
static void expect_data(const char *path) {
    struct dataset data;
    struct err err = {0};
    use_data();
    if (drive.app->message.code != ERR_NONE && !drive.app->message_good) fail_msg("%s", drive.app->message.message);
    if (!dataset_read(&data, path, NULL, &err)) fail_msg("%s", err.message);
    const struct dataset *open = app_data(drive.app);
    assert_string_equal(open->name, data.name);
    assert_string_equal(open->reader, data.reader);
    assert_int_equal(open->example_count, data.example_count);
    assert_true(dataset_fingerprint(open) == dataset_fingerprint(&data));
    dataset_release(&data);
    assert_string_equal(drive.app->preferences.recent[0], path);
    assert_false(opener()->open);
}

static void every_kind_by_keyboard(void **state) {
    (void)state;
    for (int k = 0; k < KIND_FILES; k++) {
        open_sheet();
        drive_type(&drive, kind_files[k].name);
        assert_string_equal(lit(), kind_files[k].name);
        drive_key(&drive, KEY_ENTER, 0);
        expect_data(temporary_path(folder, kind_files[k].name));
        char title[512], begins[300];
        app_title(drive.app, title, sizeof title);
        snprintf(begins, sizeof begins, "%s, ", kind_files[k].name);
        assert_memory_equal(title, begins, strlen(begins));
        assert_non_null(strstr(title, " - unroll"));
    }
    // They are recent now, across a start of the program, the last one first, and each once.
    struct preferences kept;
    assert_true(preferences_load(&kept, drive.app->preferences_file, NULL));
    assert_int_equal(kept.recent_count, (int)KIND_FILES < (int)PREFERENCES_RECENT ? KIND_FILES : PREFERENCES_RECENT);
    assert_string_equal(kept.recent[0], temporary_path(folder, kind_files[KIND_FILES - 1].name));
    // By mouse: the second one of them.
    char second[512];
    snprintf(second, sizeof second, "%s", kept.recent[1]);
    open_sheet();
    assert_true(drive_click_text(&drive, "Open"));
    drive_click(&drive, 380, 252); // the second row at the left
    expect_data(second);
}

static void walks_through_folders(void **state) {
    (void)state;
    struct str path = {0};
    open_sheet();
    assert_string_equal(lit(), "labels"); // folders come first
    drive_key(&drive, KEY_DOWN, 0);
    assert_string_equal(lit(), "nothing");
    drive_key(&drive, KEY_ENTER, 0);
    assert_string_equal(opener()->folder, temporary_path(folder, "nothing"));
    assert_true(says("This folder is empty."));
    drive_key(&drive, KEY_BACKSPACE, 0); // up, and what one comes from is lit
    assert_string_equal(opener()->folder, folder->folder);
    assert_string_equal(lit(), "nothing");
    drive_type(&drive, "labels/g"); // a slash goes into it
    assert_string_equal(opener()->folder, temporary_path(folder, "labels"));
    assert_string_equal(lit(), "good.txt");
    assert_string_equal(opener()->field, "g");
    drive_type(&drive, "x");
    assert_true(says("No name here holds “gx”."));
    drive_key(&drive, KEY_ESCAPE, 0); // first the text
    assert_true(opener()->open && !*opener()->field);
    drive_type(&drive, "../nothing/../"); // a path of one's own
    assert_string_equal(opener()->folder, folder->folder);
    drive_type(&drive, "/");
    assert_string_equal(opener()->folder, "/");
    drive_type(&drive, "~");
    drive_key(&drive, KEY_ENTER, 0);
    assert_string_equal(opener()->folder, folder->folder);
    drive_type(&drive, "no/such");
    assert_memory_equal(opener()->said, "There is no folder", 18);
    assert_string_equal(opener()->folder, folder->folder);
    drive_key(&drive, KEY_ESCAPE, 0);
    // Pasted into the field: a path, and what a file manager copies.
    clipboard = mem_copy_text(temporary_path(folder, "labels/bad.txt"));
    drive_key(&drive, 'v', MOD_CTRL);
    assert_string_equal(lit(), "bad.txt");
    mem_free(clipboard);
    str_printf(&path, "file://localhost%s/labels/%%67ood.txt", folder->folder);
    clipboard = mem_copy_text(str_text(&path));
    drive_key(&drive, 'a', MOD_CTRL);
    drive_key(&drive, 'v', MOD_CTRL);
    assert_string_equal(lit(), "good.txt");
    drive_key(&drive, KEY_ENTER, 0);
    expect_data(temporary_path(folder, "labels/good.txt"));
    str_release(&path);
    open_sheet();
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_false(opener()->open);
}

static void rows_by_key(void **state) {
    (void)state;
    make_subfolder("many");
    for (int k = 0; k < 200; k++) {
        char name[32];
        snprintf(name, sizeof name, "many/f%03d.txt", k);
        put_text(name, "anna\nbert\n");
    }
    open_sheet();
    drive_type(&drive, "many/");
    assert_int_equal(opener()->match_count, 200);
    assert_true(says("200 entries"));
    drive_key(&drive, KEY_END, 0);
    assert_string_equal(lit(), "f199.txt");
    assert_true(drive_shows(&drive, "f199.txt")); // it is scrolled to
    drive_key(&drive, KEY_HOME, 0);
    assert_string_equal(lit(), "f000.txt");
    drive_key(&drive, KEY_PAGE_DOWN, 0);
    int page = opener()->row;
    assert_in_range(page, 5, 30);
    drive_key(&drive, KEY_PAGE_DOWN, 0);
    assert_int_equal(opener()->row, 2 * page);
    drive_key(&drive, KEY_PAGE_UP, 0);
    drive_key(&drive, KEY_UP, 0);
    assert_int_equal(opener()->row, page - 1);
    drive_type(&drive, "99");
    assert_int_equal(opener()->match_count, 2); // f099, f199
    assert_true(says("2 of 200 entries"));
    drive_key(&drive, KEY_BACKSPACE, 0);
    assert_int_equal(opener()->match_count, 38);
    assert_in_range(drive_focus_round(&drive), 5, 60); // Tab comes through the sheet and round again
}

static void refuses(const char *name, const char *why) {
    char said[600];
    open_sheet();
    drive_type(&drive, name);
    assert_string_equal(lit(), name);
    drive_key(&drive, KEY_ENTER, 0);
    assert_true(opener()->open);
    snprintf(said, sizeof said, "%s cannot be opened: %s.", name, why);
    assert_string_equal(opener()->said, said);
    drive_key(&drive, KEY_ESCAPE, 0);
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_false(opener()->open);
}

static void says_what_cannot_be_opened(void **state) {
    (void)state;
    const struct dataset *before = app_data(drive.app);
    assert_int_equal(symlink("nowhere", temporary_path(folder, "link.txt")), 0);
    assert_int_equal(mkfifo(temporary_path(folder, "pipe.txt"), 0644), 0);
    refuses("photo.png", "it is neither a text nor a model nor an array");
    refuses("empty.txt", "there is nothing in it");
    refuses("README.md", "there is no lesson in it");
    refuses("link.txt", "the link leads nowhere");
    refuses("pipe.txt", "it is no file");
    put_text("closed.txt", "anna\nbert\n");
    make_subfolder("closed");
    assert_int_equal(chmod(temporary_path(folder, "closed.txt"), 0), 0);
    assert_int_equal(chmod(temporary_path(folder, "closed"), 0), 0);
    if (geteuid() != 0) {
        refuses("closed.txt", "you have no permission to read it");
        open_sheet();
        drive_type(&drive, "closed/");
        assert_true(says("cannot read the folder: Permission denied"));
        drive_key(&drive, KEY_ESCAPE, 0);
    }
    assert_int_equal(chmod(temporary_path(folder, "closed"), 0755), 0);
    // One that goes between the look and Enter, and a recent one that has gone.
    put_text("gone.txt", "anna\nbert\n");
    app_remember(drive.app, temporary_path(folder, "gone.txt"));
    opener()->folder[0] = 0;
    open_sheet(); // in the folder of the last recent file
    assert_string_equal(opener()->folder, folder->folder);
    assert_false(opener()->gone[0]);
    drive_type(&drive, "gone");
    assert_int_equal(unlink(temporary_path(folder, "gone.txt")), 0);
    drive_key(&drive, KEY_ENTER, 0);
    assert_string_equal(opener()->said, "gone.txt is not there any more.");
    assert_true(opener()->open && says("No name here holds “gone”."));
    assert_true(drive_click_text(&drive, "gone.txt")); // at the left
    assert_string_equal(opener()->said, "gone.txt is not there any more.");
    drive_key(&drive, KEY_ESCAPE, 0);
    drive_key(&drive, KEY_ESCAPE, 0);
    open_sheet();
    assert_true(opener()->gone[0]);
    assert_ptr_equal(app_data(drive.app), before);
}

static void opens_models_lessons_arrays_and_folders(void **state) {
    (void)state;
    struct app *app = drive.app;
    struct err err = {0};
    char model[1024], array[1024];
    snprintf(model, sizeof model, "%s", temporary_path(folder, "m.safetensors"));
    assert_true(checkpoint_save(model, &app->bench->model, &app->bench->data->vocabulary, &err));
    int before = app->bench->model.layout.spec.hidden;
    app->setup.recipe.spec.hidden = 9;
    open_sheet();
    drive_type(&drive, "m.safe");
    drive_key(&drive, KEY_ENTER, 0);
    drive_settle(&drive);
    assert_string_equal(app->setup.checkpoint, model);
    assert_int_equal(app->bench->model.layout.spec.hidden, before);
    assert_string_equal(app->preferences.recent[0], model);

    open_sheet();
    drive_type(&drive, "labels/");
    assert_true(drive_click_text(&drive, "Open this folder as data"));
    expect_data(temporary_path(folder, "labels"));
    assert_int_equal(app_data(app)->labels.count, 2);

    // An array is data; in the view of one's own arrays it is such an array.
    double numbers[40];
    for (int k = 0; k < 40; k++)
        numbers[k] = k % 7;
    snprintf(array, sizeof array, "%s", temporary_path(folder, "series.npy"));
    assert_true(npy_save(array, TENSOR_F64, 2, (const int64_t[]){20, 2}, numbers, NULL));
    const char *dropped[] = {array, model};
    drive_event(&drive, (struct input_event){.kind = INPUT_DROP, .dropped = dropped, .drop_count = 1});
    expect_data(array);
    app_show_view(app, view_find("homework"));
    drive_event(&drive, (struct input_event){.kind = INPUT_DROP, .dropped = dropped, .drop_count = 2});
    assert_int_equal(app->homework_files.path_count, 2);
    app_show_view(app, VIEW_STAGE);

    char lesson[ASSET_PATH];
    struct bytes bytes;
    assert_true(asset_find("lessons/03-forward-pass.md", lesson, &err));
    bytes = read_bytes(lesson);
    put("mine.md", bytes.data, bytes.size);
    bytes_release(&bytes);
    open_sheet();
    drive_type(&drive, "../mine");
    drive_key(&drive, KEY_ENTER, 0);
    drive_settle(&drive);
    assert_non_null(app->lesson);
    assert_string_equal(app->preferences.recent[0], temporary_path(folder, "mine.md"));
}

static void pastes(void **state) {
    (void)state;
    struct app *app = drive.app;
    const struct dataset *before = app_data(app);
    drive_key(&drive, 'v', MOD_CTRL);
    assert_string_equal(app->message.message, "The clipboard holds no text to paste.");
    clipboard = mem_copy_text("ab\xff\xfe");
    drive_key(&drive, 'v', MOD_CTRL);
    assert_true(app->message.code != ERR_NONE && !app->message_good);
    mem_free(clipboard);
    size_t large = (64 << 20) + 1;
    clipboard = mem_need(large + 1, 1);
    memset(clipboard, 'a', large);
    drive_key(&drive, 'v', MOD_CTRL);
    assert_non_null(strstr(app->message.message, "at most 67 MB"));
    mem_free(clipboard);
    clipboard = mem_copy_text("https://example.org/names.txt\n");
    drive_key(&drive, 'v', MOD_CTRL);
    assert_non_null(strstr(app->message.message, "address"));
    assert_ptr_equal(app_data(app), before);
    assert_false(file_exists(temporary_path(folder, "own/pasted"))); // none of it was kept
    mem_free(clipboard);

    clipboard = mem_copy_text("Zürich, Genf\nBasel\nBern\nLausanne");
    drive_key(&drive, 'v', MOD_CTRL);
    char path[1100];
    snprintf(path, sizeof path, "%s/own/pasted/z-rich-genf.txt", folder->folder);
    expect_data(path);
    assert_int_equal(app_data(app)->example_count, 4);
    assert_true(told_good);
    assert_non_null(strstr(told.message, "4 lines, 33 bytes"));
    struct bytes bytes = read_bytes(path);
    assert_string_equal(bytes.data, clipboard);
    bytes_release(&bytes);
    // The same again is the same file; what begins alike is another one. This time by the button.
    for (int k = 0; k < 2; k++) {
        open_sheet();
        assert_true(drive_click_text(&drive, "Paste text"));
        expect_data(k ? temporary_path(folder, "own/pasted/z-rich-genf-2.txt") : path);
        mem_free(clipboard);
        clipboard = mem_copy_text("Zürich, Genf\nBasel\n");
    }
    // A path that is there is opened itself.
    mem_free(clipboard);
    clipboard = mem_copy_text(temporary_path(folder, kind_files[0].name));
    drive_key(&drive, 'v', MOD_CTRL);
    expect_data(temporary_path(folder, kind_files[0].name));
}

static void drops(void **state) {
    (void)state;
    struct app *app = drive.app;
    char paths[2][1024];
    for (int k = 0; k < 2; k++)
        snprintf(paths[k], sizeof paths[k], "%s", temporary_path(folder, kind_files[k].name));
    const char *two[] = {paths[0], paths[1]}, *text[] = {"anna\nbert\ncarl\n"};
    drive_event(&drive, (struct input_event){.kind = INPUT_DROP, .dropped = two, .drop_count = 2});
    expect_data(paths[0]);
    assert_memory_equal(told.message, "2 files were dropped", 20);
    drive_event(&drive, (struct input_event){.kind = INPUT_DROP});
    assert_true(app->message.code != ERR_NONE && !app->message_good);
    drive_event(&drive, (struct input_event){.kind = INPUT_DROP, .dropped = text, .drop_count = 1, .drop_text = true});
    expect_data(temporary_path(folder, "own/pasted/anna.txt"));
    assert_memory_equal(told.message, "Dropped 3 lines", 15);
    // A path longer than any that is kept
    char *long_path = mem_need(3000, 1);
    memset(long_path, '/', 2999);
    two[0] = long_path;
    drive_event(&drive, (struct input_event){.kind = INPUT_DROP, .dropped = two, .drop_count = 1});
    assert_int_equal(app->message.code, ERR_LIMIT);
    mem_free(long_path);
}

// Every task is listed with the kind of network that its data ask for.
static void lists_the_tasks(void **state) {
    (void)state;
    drive_key(&drive, 't', MOD_CTRL);
    assert_true(opener()->open && opener()->half == OPENER_TASKS);
    for (int k = 0; tasks[k]; k++) {
        struct task_settings settings = task_settings_default(tasks[k]);
        struct data_options options = data_options_default();
        struct dataset data;
        struct net_spec spec = recipe_default().spec;
        struct recipe recipe = recipe_default();
        struct err err = {0};
        assert_true(dataset_from_task(&data, tasks[k], &settings, &options, &err));
        recipe_of_task(&recipe, tasks[k], true);
        spec.directions = recipe.spec.directions;
        if (!training_network(&data, recipe.kind, &spec, &err)) fail_msg("%s: %s", tasks[k]->id, err.message);
        drive_key(&drive, 'a', MOD_CTRL);
        drive_type(&drive, tasks[k]->title);
        assert_true(opener()->found_count > 0);
        while (tasks[opener()->found[opener()->task_row]] != tasks[k])
            drive_key(&drive, KEY_DOWN, 0);
        assert_true(drive_shows(&drive, tasks[k]->title));
        assert_true(drive_shows(&drive, net_kind_names[spec.kind]));
        dataset_release(&data);
    }
    drive_key(&drive, 'a', MOD_CTRL);
    drive_type(&drive, "dinosaurs"); // what comes with the program stands there too
    assert_true(drive_shows(&drive, "dinosaurs.txt"));
    drive_key(&drive, KEY_ENTER, 0);
    drive_settle(&drive);
    assert_string_equal(app_data(drive.app)->name, "dinosaurs.txt");
}

static void expect_task(const char *text, const char *id) {
    struct recipe recipe = recipe_default();
    const struct task *task = task_find(id, strlen(id));
    recipe_of_task(&recipe, task, true);
    drive_settle(&drive);
    const struct workbench *bench = drive.app->bench;
    assert_false(opener()->open);
    assert_ptr_equal(bench->data->task, task);
    assert_string_equal(drive.app->setup.task, text);
    assert_int_equal(bench->model.layout.spec.cell, recipe.spec.cell);
    assert_int_equal(bench->model.layout.spec.hidden, recipe.spec.hidden);
    assert_int_equal(bench->model.layout.spec.layers, recipe.spec.layers);
    assert_true(bench->update == recipe.steps);
    assert_true(bench->script->count > 10); // it can be stepped
    drive_key(&drive, KEY_RIGHT, 0);
    assert_int_equal(drive.app->position, 1);
}

static void opens_tasks(void **state) {
    (void)state;
    drive_key(&drive, 't', MOD_CTRL);
    drive_type(&drive, "figure");
    drive_key(&drive, KEY_ENTER, 0);
    expect_task("video", "video");
    // With a parameter of one's own, by keyboard: Tab to its field
    drive_key(&drive, 't', MOD_CTRL);
    drive_type(&drive, "parity");
    drive_key(&drive, KEY_TAB, 0);
    drive_key(&drive, 'a', MOD_CTRL);
    drive_type(&drive, "99999");
    drive_key(&drive, KEY_ENTER, 0);
    assert_true(opener()->open && *opener()->said); // out of its range
    drive_key(&drive, 'a', MOD_CTRL);
    drive_type(&drive, "7");
    drive_key(&drive, KEY_ENTER, 0);
    expect_task("parity:T=7", "parity");
    assert_int_equal(record_T(drive.app->bench->record), 7);
    // By mouse: a click shows it, the next one opens it
    drive_key(&drive, 'o', MOD_CTRL);
    assert_true(drive_click_text(&drive, "Tasks"));
    drive_type(&drive, "to-one");
    assert_true(drive_click_text(&drive, "A moving figure"));
    assert_true(opener()->open);
    assert_true(drive_click_text(&drive, "Open this task"));
    expect_task("video", "video");
}

// A folder of many files is read beside the frames.
static void many_files(void **state) {
    (void)state;
    enum { MANY = 20000 };
    make_subfolder("many");
    for (int k = 0; k < MANY; k++) {
        char name[32];
        snprintf(name, sizeof name, "many/f%05d.txt", k);
        FILE *file = fopen(temporary_path(folder, name), "w");
        assert_non_null(file);
        fprintf(file, "anna\nbert %d\n", k);
        fclose(file);
    }
    double start = clock_seconds(), slowest = 0, listed = 0, done = 0;
    drive.app->waits = false;
    open_sheet();
    opener_go(drive.app, temporary_path(folder, "many"), NULL);
    while (done == 0) {
        double before = clock_seconds();
        drive_frame(&drive);
        slowest = fmax(slowest, clock_seconds() - before);
        if (listed == 0 && opener()->listed) listed = clock_seconds() - start;
        if (folder_look_done(opener()->look)) done = clock_seconds() - start;
    }
    drive_frame(&drive);
    double typed = clock_seconds();
    drive_type(&drive, "1999");
    typed = (clock_seconds() - typed) / 16; // four keys, each two events of two frames
    print_message("# %d files: listed after %.0f ms, all looked at after %.0f ms, slowest frame %.1f ms, a frame while "
                  "typing %.1f ms\n",
                  MANY, listed * 1e3, done * 1e3, slowest * 1e3, typed * 1e3);
    assert_int_equal(opener()->match_count, 12); // 01999, 11999, 1999x
    for (int k = 0; k < opener()->match_count; k++)
        assert_int_equal(folder_look_kind(opener()->look, opener()->matches[k]), ENTRY_DATA);
    assert_true(slowest < 1); // with room for the sanitizers
    // Left while they are read
    for (int k = 0; k < 12; k++) {
        drive_key(&drive, KEY_ESCAPE, 0);
        drive_type(&drive, k % 2 ? "many/" : "../");
    }
    drive.app->waits = true;
}

struct writing {
    char path[1024];
    struct thread *thread;
    atomic_bool read; // the app has looked: enough is written
};
static void write_on(void *context) {
    struct writing *writing = context;
    FILE *file = fopen(writing->path, "a");
    while (!atomic_load(&writing->read)) {
        fprintf(file, "carl\n");
        fflush(file);
        usleep(300);
    }
    fclose(file);
    unlink(writing->path);
}

// A file that grows while it is read, and then goes: what is open is whole, or it is said.
static void a_file_that_changes(void **state) {
    (void)state;
    struct writing writing = {0};
    snprintf(writing.path, sizeof writing.path, "%s", temporary_path(folder, "grows.txt"));
    struct str text = {0};
    for (int k = 0; k < 200000; k++)
        str_put(&text, k % 2 ? "anna\n" : "bert\n");
    put("grows.txt", text.data, text.size);
    str_release(&text);
    const struct dataset *before = app_data(drive.app);
    drive.app->message.code = ERR_NONE;
    writing.thread = thread_start(write_on, &writing);
    const struct data_page *page = data_page_of(drive.app);
    app_open_file(drive.app, writing.path);
    drive_settle(&drive);
    if (!page->look)
        assert_non_null(strstr(page->error.message, "changed while it was read"));
    else
        assert_in_range(page->look->data->example_count, 200000, 1000000);
    atomic_store(&writing.read, true);
    thread_join(writing.thread);
    app_open_file(drive.app, writing.path);
    drive_settle(&drive);
    assert_non_null(strstr(page->error.message, "no such file"));
    assert_ptr_equal(app_data(drive.app), before);
}

#define WITH_APP(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
    const struct CMUnitTest tests_of_it[] = {WITH_APP(every_kind_by_keyboard),
                                             WITH_APP(walks_through_folders),
                                             WITH_APP(rows_by_key),
                                             WITH_APP(says_what_cannot_be_opened),
                                             WITH_APP(opens_models_lessons_arrays_and_folders),
                                             WITH_APP(pastes),
                                             WITH_APP(drops),
                                             WITH_APP(lists_the_tasks),
                                             WITH_APP(opens_tasks),
                                             WITH_APP(many_files),
                                             WITH_APP(a_file_that_changes)};
    return cmocka_run_group_tests_name("open", tests_of_it, NULL, NULL);
}
