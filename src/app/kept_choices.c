#include "kept_choices.h"

#include "file.h"
#include "str.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

// FOLDER/choices/NAME-HASH.json: FNV-1a of the whole path.
static void place_of(const char *preferences_file, const char *data, bool folder, struct str *out) {
    struct str whole = {0};
    const char *path = file_resolve(data, NULL, &whole) ? str_text(&whole) : data;
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *at = path; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
    file_folder_of(preferences_file, out);
    str_put(out, "/choices");
    if (!folder) str_printf(out, "/%.60s-%016" PRIx64 ".json", file_name(path), hash);
    str_release(&whole);
}

bool kept_choices_load(const char *preferences_file, const char *data, struct data_choices *out, struct err *err) {
    struct str path = {0}, aside = {0};
    struct err why = {0};
    *out = (struct data_choices){0};
    if (!*preferences_file) return false;
    place_of(preferences_file, data, false, &path);
    bool there = file_exists(path.data), good = there && choices_load(out, path.data, &why);
    if (there && !good) {
        *out = (struct data_choices){0};
        file_set_aside(path.data, "damaged", &aside);
        err_at(err, ERR_FORMAT, path.data, why.line, why.column,
               "%.200s; the choices for this file were %s%s, it is read as usual", why.message,
               aside.size ? "set aside as " : "left where they are", aside.size ? file_name(aside.data) : "");
    }
    str_release(&path);
    str_release(&aside);
    return good;
}

bool kept_choices_save(const char *preferences_file, const char *data, const struct data_choices *choices,
                       struct err *err) {
    struct str folder = {0}, path = {0};
    if (!*preferences_file) return true;
    place_of(preferences_file, data, true, &folder);
    place_of(preferences_file, data, false, &path);
    bool good = file_make_directories(folder.data, err) && choices_save(choices, path.data, err);
    str_release(&folder);
    str_release(&path);
    return good;
}
