# What the Perl services of the bookstore share: an HTTP/1.1 server (RFC 9112) in one select loop, with JSON answers.
# Core modules only. It serves GET and HEAD; it keeps connections, answers pipelined requests in order, and closes
# where it cannot tell where the next request begins.
package Service;
use strict;
use warnings;
use FindBin;
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use Socket qw(IPPROTO_TCP TCP_NODELAY);

my $version        = $ENV{SERVICE_VERSION} // 'v1';

my $json           = JSON::PP->new->utf8->canonical;
my $idle_seconds   = 75;
my $largest_header = 64 * 1024;
my %reasons        = (
    200 => 'OK',
    400 => 'Bad Request',
    404 => 'Not Found',
    405 => 'Method Not Allowed',
    411 => 'Length Required',
    413 => 'Content Too Large',
    431 => 'Request Header Fields Too Large',
    500 => 'Internal Server Error',
    505 => 'HTTP Version Not Supported',
);

sub version { return $version }

# The rows of one of the bookstore's data files, which hold one JSON value a line.
sub data {
    my ($file) = @_;
    open my $in, '<:raw', "$FindBin::Bin/../data/$file" or die "$file: $!";
    return map { $json->decode($_) } <$in>;
}

# Service::serve($name, [[qr{^/books/([^/]+)$}, sub { value, or undef for 404 }], ...])
sub serve {
    my ($name, $routes) = @_;
    my $health = { status => 'ok', service => $name, version => $version };
    my @routes = ([ qr{^/healthz$}, sub { $health } ], @$routes);
    my $listener = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1',
        LocalPort => $ENV{PORT} // 0,
        Listen    => 128,
        ReuseAddr => 1,
    ) or die "cannot listen: $!";
    my $ready = IO::Select->new($listener);

    # Whoever started this process holds the other end of its standard input: when that goes, so does the process.
    $ready->add(\*STDIN) if $ENV{STOP_WITH_STDIN};
    local $SIG{PIPE} = 'IGNORE';
    $| = 1;
    printf "listening %d\n", $listener->sockport;

    my %connections;
    while (1) {
        for my $handle ($ready->can_read(5)) {
            if ($handle == $listener) {
                my $socket = $listener->accept or next;
                setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
                $ready->add($socket);
                $connections{$socket} = { socket => $socket, bytes => '', seen => time };
            }
            elsif ($handle == \*STDIN) {
                exit 0 unless sysread STDIN, my $ignored, 4096;
            }
            else {
                my $connection = $connections{$handle};
                $connection->{seen} = time;
                my $count = sysread $handle, $connection->{bytes}, 16384, length $connection->{bytes};
                $connection->{done} = 1 unless $count;
                answer_all($connection, $name, \@routes) if $count;
            }
        }
        for my $connection (values %connections) {
            next unless $connection->{done} or time - $connection->{seen} > $idle_seconds;
            $ready->remove($connection->{socket});
            close $connection->{socket};
            delete $connections{ $connection->{socket} };
        }
    }
}

# Answers every complete request that the connection holds; what is incomplete stays for the next read.
sub answer_all {
    my ($connection, $name, $routes) = @_;
    while (!$connection->{done}) {
        $connection->{bytes} =~ s/^(?:\r\n)+//;
        my $end = index $connection->{bytes}, "\r\n\r\n";
        if ($end < 0) {
            return if length $connection->{bytes} <= $largest_header;
            return refuse($connection, $name, 431);
        }
        my ($start, @lines) = split /\r\n/, substr $connection->{bytes}, 0, $end;
        my ($method, $target, $minor) = ($start // '') =~ m{^([A-Z]+) (\S+) HTTP/1\.([0-9])$}
          or return refuse($connection, $name, ($start // '') =~ m{ HTTP/[02-9]} ? 505 : 400);
        my %headers;
        for my $line (@lines) {
            my ($key, $value) = $line =~ /^([!#\$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/
              or return refuse($connection, $name, 400);
            $headers{ lc $key } = defined $headers{ lc $key } ? "$headers{lc $key}, $value" : $value;
        }
        return refuse($connection, $name, 400) if $minor && !defined $headers{host};
        return refuse($connection, $name, 411) if defined $headers{'transfer-encoding'};
        my $length = $headers{'content-length'} // 0;
        return refuse($connection, $name, 400) unless $length =~ /^[0-9]{1,15}$/;
        return refuse($connection, $name, 413) if $length > $largest_header;
        return if length $connection->{bytes} < $end + 4 + $length;
        substr $connection->{bytes}, 0, $end + 4 + $length, '';

        my $says = lc($headers{connection} // '');
        my $close = $says =~ /\bclose\b/ || (!$minor && $says !~ /\bkeep-alive\b/);
        my ($status, $value) = decide($routes, $method, $target);
        send_answer($connection, $name, $status, $value, $method eq 'HEAD', $close);
    }
}

sub decide {
    my ($routes, $method, $target) = @_;
    my ($path) = $target =~ m{^(?:http://[^/]*)?(/[^?]*)};
    return (400, { error => 'the target is not a path' }) unless defined $path;
    return (405, { error => "$method is not allowed here" }) unless $method eq 'GET' or $method eq 'HEAD';
    for my $route (@$routes) {
        my ($pattern, $answer) = @$route;
        my @parts = $path =~ $pattern or next;
        s/%([0-9A-Fa-f]{2})/chr hex $1/ge for @parts;
        my $value = eval { $answer->(@parts) };
        if ($@) { print STDERR "$path: $@"; return (500, { error => 'the service made a mistake' }) }
        return (200, $value) if defined $value;
    }
    return (404, { error => "there is nothing at $path" });
}

# Answers and closes: where a request cannot be read, nobody knows where the next one begins.
sub refuse {
    my ($connection, $name, $status) = @_;
    send_answer($connection, $name, $status, { error => $reasons{$status} }, 0, 1);
}

sub send_answer {
    my ($connection, $name, $status, $value, $head_only, $close) = @_;
    my $body = $json->encode($value);
    my @head = (
        "HTTP/1.1 $status $reasons{$status}",
        'Date: ' . date(time),
        'Content-Type: application/json; charset=utf-8',
        'Content-Length: ' . length $body,
        "X-Served-By: $name $version (perl)",
        $status == 405 ? 'Allow: GET, HEAD' : (),
        $close ? 'Connection: close' : 'Connection: keep-alive',
    );
    my $bytes = join("\r\n", @head) . "\r\n\r\n" . ($head_only ? '' : $body);
    while (length $bytes) {
        my $written = syswrite $connection->{socket}, $bytes or last;
        substr $bytes, 0, $written, '';
    }
    $connection->{done} = 1 if $close or length $bytes;
}

# IMF-fixdate (RFC 9110 §5.6.7), whatever the locale.
sub date {
    my ($second, $minute, $hour, $day, $month, $year, $weekday) = gmtime shift;
    return sprintf '%s, %02d %s %d %02d:%02d:%02d GMT', (qw(Sun Mon Tue Wed Thu Fri Sat))[$weekday], $day,
      (qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec))[$month], $year + 1900, $hour, $minute, $second;
}

1;
