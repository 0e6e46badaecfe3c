#!/usr/bin/perl
# The inventory: how many copies of each book are where.
use strict;
use warnings;
use FindBin;
require "$FindBin::Bin/service.pl";

my $stock = Service::data('stock.json');

sub one {
    my ($book) = @_;
    my $entry = $stock->{$book} or return undef;
    return { book => $book, %$entry };
}

Service::serve('inventory', [
    [ qr{^/stock$},         sub { { stock => $stock } } ],
    [ qr{^/stock/([^/]+)$}, \&one ],
]);
