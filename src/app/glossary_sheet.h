#pragma once
// The sheet of F6: every symbol and term of the course. Internal to app/.

#include "app.h"
#include "glossary.h"

struct glossary_sheet {
    struct glossary *glossary; // NULL: it could not be read
    bool tried, open, fresh, show;
    char filter[64];
    int found[256], found_count, row;
};

const struct glossary *app_glossary(struct app *app); // read when first asked for; NULL: a message says why
void app_glossary_sheet(struct app *app);
void glossary_sheet_free(struct glossary_sheet *sheet); // may be NULL
