/* How wide a text is, and how it is broken into lines.
 *
 * Widths are estimates on the safe side, in the units of `size`: those of the two fonts that charts are made for. Other
 * families are narrower than DejaVu Sans; a paper's own font is about as wide as Computer Modern, and TeX breaks a line
 * anew where it is not.
 * Sources: the advance widths of DejaVuSans.ttf, and of cmr7.tfm (the widest of cmr5 to cmr12 that figures use).
 */
#ifndef REPORT_TEXT_LINES_H
#define REPORT_TEXT_LINES_H

#include <glib.h>
#include <stdbool.h>

typedef enum { REP_DEJAVU, REP_COMPUTER_MODERN } RepMetric;

typedef struct {
    RepMetric metric;
    double size;
    bool bold;
} RepFace;

/* Of the longest line. */
double rep_text_width(const RepFace *face, const char *text);
unsigned rep_text_lines(const char *text);

/* Breaks into as few lines as `width` allows, of about the same length: at blanks outside quotation marks if that is
 * enough, else at any blank, else after ( , / - _ : too. NULL when that needs more than `most` lines. The caller frees. */
char *rep_wrap(const RepFace *face, const char *text, double width, unsigned most);
/* Fills line after line, breaks anywhere where it must, and cuts what `most` lines do not hold: the last character is then an ellipsis. *cut says whether. */
char *rep_wrap_cut(const RepFace *face, const char *text, double width, unsigned most, bool *cut);

#endif
