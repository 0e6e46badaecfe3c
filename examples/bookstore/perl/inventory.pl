#!/usr/bin/perl
# The inventory: how many copies of each book are where.
use strict;
use warnings;
use FindBin;
require "$FindBin::Bin/service.pl";

my @stock = Service::data('stock.jsonl');
my %stock = map { $_->{book} => $_ } @stock;

Service::serve('inventory', [
    [ qr{^/stock$},         sub { { stock => \@stock } } ],
    [ qr{^/stock/([^/]+)$}, sub { $stock{ $_[0] } } ],
]);
