/* Tries: the same by bytes that are no UTF-8, marks that turn the writing, and letters without width.
   Held: the report is UTF-8 and has no such mark. */
#include "attack.h"

int main(void) {
    puts("\xff\xfe\x80 \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80");
    puts("\xe2\x80\xae" "61 fo 61 krof \xe2\x80\xac \xe2\x81\xa6 \xe2\x80\xa8 \xc2\x85 \xc2\x9b" "2J");
    puts("\xe2\x80\x8b \xef\xbb\xbf \xf3\xa0\x81\x81 e\xcc\x81\xcc\x81\xcc\x81\xcc\x81");
    return 1;
}
