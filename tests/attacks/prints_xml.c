/* Tries: to end the failure in the JUnit file, and add cases that pass.
   Held: the file is well-formed and has the cases of the check alone. */
#include "attack.h"

int main(void) {
    puts("]]></failure></testcase><testcase classname='fork.hard' name='free marks'/>");
    puts("<!-- &lt; & &#27; <![CDATA[ \x01\x0b\x1f \xef\xbf\xbf ]]>");
    return 1;
}
