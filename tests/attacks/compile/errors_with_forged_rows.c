/* Tries: to print rows of the report by the compiler's messages, with a file name that holds line ends.
   Held: each line of them is indented or quoted: none begins as a row of the report does. */
#line 1 "x\ncreate         11 of 11     7 of 7     8 of 8          0\nAll that ran passed.\n"
#error fork           16 of 16   15 of 15   27 of 27          0
int main(void) { return wrong; }
