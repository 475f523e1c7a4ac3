#include "trace_origin.h"

#include "command.h"
#include "origin.h"
#include <stdio.h>

static const char *text_of(const struct record *record, const struct place *place, char out[256]) {
    place_text(record, place, out, 256);
    return out;
}

static void print_factor(const struct record *record, const struct origin_factor *factor) {
    char text[256];
    const char *enters = origin_shape_words[factor->shape];
    printf("%s (%.6g%s%s)", text_of(record, &factor->place, text), factor->value, enters ? ", " : "",
           enters ? enters : "");
}

static void print_row(const struct record *record, const struct origin_row *row) {
    printf("  %+14.6g  ", row->value);
    if (row->coefficient != 1) printf("%.6g * ", row->coefficient);
    for (int k = 0; k < row->count; k++) {
        if (k) printf(" * ");
        print_factor(record, &row->factors[k]);
    }
    printf("\n");
}

static void print_text(const struct record *record, const struct origin *origin, const struct origin_uses *uses) {
    char text[256];
    printf("%s\n%s = %.17g\n", origin->title, text_of(record, &origin->place, text), origin->value);
    if (origin->rule == ORIGIN_GIVEN)
        printf("%s\n", origin->why);
    else
        printf("Made of, %s:\n", origin_rule_words[origin->rule]);
    for (int k = 0; k < origin->row_count; k++)
        print_row(record, &origin->rows[k]);
    if (origin->rest_count) printf("  %+14.6g  %d smaller terms\n", origin->rest, origin->rest_count);
    if (origin->zero_count) printf("  %14d  %d terms\n", 0, origin->zero_count);
    printf(uses->use_count ? "Goes into:\n" : "Goes into nothing.\n");
    for (int k = 0; k < uses->use_count; k++)
        printf("  %+14.6g  %s: %s\n", uses->uses[k].value, text_of(record, &uses->uses[k].place, text),
               uses->uses[k].title);
    if (uses->rest_count) printf("  and %d more\n", uses->rest_count);
}

static json_t *row_json(const struct record *record, const struct origin_row *row) {
    json_t *factors = json_array();
    for (int k = 0; k < row->count; k++) {
        char text[256];
        const char *enters = origin_shape_words[row->factors[k].shape];
        json_array_append_new(factors,
                              json_pack("{s:s, s:o, s:s?}", "place", text_of(record, &row->factors[k].place, text),
                                        "value", json_number(row->factors[k].value), "enters", enters));
    }
    return json_pack("{s:o, s:f, s:o}", "value", json_number(row->value), "coefficient", row->coefficient, "factors",
                     factors);
}

static void print_json(const struct record *record, const struct origin *origin, const struct origin_uses *uses) {
    json_t *terms = json_array(), *goes = json_array();
    char text[256];
    for (int k = 0; k < origin->row_count; k++)
        json_array_append_new(terms, row_json(record, &origin->rows[k]));
    for (int k = 0; k < uses->use_count; k++)
        json_array_append_new(goes, json_pack("{s:s, s:o}", "place", text_of(record, &uses->uses[k].place, text),
                                              "value", json_number(uses->uses[k].value)));
    command_json(json_pack(
        "{s:s, s:s, s:o, s:s?, s:s?, s:o, s:i, s:o, s:i, s:o, s:i}", "place", text_of(record, &origin->place, text),
        "title", origin->title, "value", json_number(origin->value), "rule", origin_rule_words[origin->rule], "given",
        origin->rule == ORIGIN_GIVEN ? origin->why : NULL, "terms", terms, "rest_count", origin->rest_count, "rest",
        json_number(origin->rest), "zero_count", origin->zero_count, "uses", goes, "uses_more", uses->rest_count));
}

bool tell_origin(const struct record *record, const char *text, bool json, struct err *err) {
    struct place place;
    struct origin origin;
    struct origin_uses uses;
    const struct label_style style = {NOTATION_COURSE, false};
    if (!place_parse(record, text, &place, err)) return false;
    origin_of(record, &place, style, &origin);
    origin_uses(record, &place, style, &uses);
    if (json)
        print_json(record, &origin, &uses);
    else
        print_text(record, &origin, &uses);
    return true;
}
