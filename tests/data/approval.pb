META
key;value
description;A village of nine, written for the tests
country;Testland
unit;Ufer
instance;2024
num_projects;4
num_votes;9
budget;60000
vote_type;approval
rule;greedy
min_length;1
max_length;3
language;en
comment;#1: one vote was left blank; #2: Żółw & Ö are in it on purpose
PROJECTS
project_id;cost;category;votes;name;target;selected
4;20000;sport,health;6;Rope course;adults,children;1
1;15000;"culture";5;"Library; open on Sundays";adults;1
12;30000;public space;3;Żółwia łąka – a meadow, mown once a year;;0
2;26000;;0;"A ""quiet"" bench";elderly;2
VOTES
voter_id;age;sex;voting_method;vote;neighborhood
1;34;F;internet;4,1;Ö
2;;M;paper;4;Ö
7;71;F;paper;1,4,12;
8;18;;internet;12;Au
9;44;M;internet;4,1;Au
10;12;F;internet;4;
15;50;F;paper;;Au
16;61;M;internet;1,12;Ö
21;29;F;internet;4,1;Ö
