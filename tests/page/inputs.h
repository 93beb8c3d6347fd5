/* What the test of the page compares: reports, true and made up, and their pages. */
#ifndef SOCKSPEC_TESTS_PAGE_INPUTS_H
#define SOCKSPEC_TESTS_PAGE_INPUTS_H

/* Text that is markup where it is not taken for text. */
#define NASTY                                                                                      \
    "</script><script>window.injected=1</script><img src=x onerror=window.injected=1> \"&amp;' "   \
    "<!--@DATA@"

/* How many implementations are made up: of each case as it is, and of three times as many. */
enum { MADE_UP = 8, HUGE_COLUMNS = 2 * MADE_UP };

/* Writes into a directory, with assertions of CUnit:
 *
 *   page.html   some rules by four: the host, a mutant that fails tcp.connect.refused, the host
 *               judged by the profile posix, and one that is named "nasty NASTY", in a file of such
 *               a name, and has each verdict in the case of tcp.connect.refused, about NASTY
 *   data        the same as JSON
 *   one.html    the mutant alone
 *   alike.html  the host twice: nothing differs */
void make_page(const char *directory);

/* Writes many.html: all cases by MADE_UP implementations. */
void make_many(const char *directory);

/* Writes huge.html, from what make_many() wrote: three times the cases by HUGE_COLUMNS
 * implementations, with a transcript of its own for whatever failed. */
void make_huge(const char *directory);

#endif
