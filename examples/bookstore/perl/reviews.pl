#!/usr/bin/perl
# Reviews, version 1: what readers wrote, without stars. Version 2 is ../python/reviews.py.
use strict;
use warnings;
use FindBin;
require "$FindBin::Bin/service.pl";

my %reviews = map { $_->{book} => $_->{reviews} } Service::data('reviews.jsonl');

Service::serve('reviews', [[ qr{^/books/([^/]+)$}, sub {
    my ($book) = @_;
    my $all = $reviews{$book} or return undef;
    my @words = map { { reader => $_->{reader}, text => $_->{text} } } @$all;
    return { book => $book, version => Service::version(), reviews => \@words };
} ]]);
