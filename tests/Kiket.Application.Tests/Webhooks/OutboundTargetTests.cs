using Kiket.Infrastructure.Webhooks;

namespace Kiket.Application.Tests.Webhooks;

/// <summary>
/// No private host is called, in any spelling of its address: it is rejected at registration and at the connection.
/// </summary>
public sealed class OutboundTargetTests
{
    public static TheoryData<string> Private =>
        [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "127.255.255.254",
            "0.0.0.0",
            "0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "169.254.169.254",
            "169.254.1.1",
            "100.64.0.1",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[fe80::1]",
            "[fc00::1]",
            "[fd12:3456::1]",
            "[ff02::1]",
            "localhost",
            // IPv4 inside IPv6: compatible, NAT64 (well known and local), 6to4, Teredo; then addresses that no host of the
            // internet has.
            "[::127.0.0.1]",
            "[::10.0.0.1]",
            "[::8.8.8.8]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b::a9fe:a9fe]",
            "[64:ff9b:1::7f00:1]",
            "[2002:7f00:1::]",
            "[2002:a00:1::1]",
            "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
            "[fec0::1]",
            "[100::1]",
            "[2001:db8::1]",
            "[3fff::1]",
            "[5f00::1]",
            "168.63.129.16",
            "192.88.99.1",
        ];

    [Theory]
    [MemberData(nameof(Private))]
    public async Task A_private_address_is_refused_at_registration_in_all_its_forms(string host)
    {
        var targets = new OutboundTargets(new() { AllowPlainHttp = true });

        Assert.NotNull(await targets.ValidateAsync($"https://{host}/hook", TestContext.Current.CancellationToken));
        Assert.NotNull(await targets.ValidateAsync($"http://{host}:8080/hook", TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Private))]
    public async Task A_private_address_is_refused_at_the_connection_in_all_its_forms(string host)
    {
        using var client = new HttpClient(new OutboundTargets(new() { AllowPlainHttp = true }).CreateHandler());

        var failure = await Assert.ThrowsAnyAsync<Exception>(() =>
            client.GetAsync($"http://{host}:9/", TestContext.Current.CancellationToken)
        );

        for (
            var cause = failure;
            cause is not (Microsoft.Security.AntiSSRF.AntiSSRFException or ArgumentException);
            cause = cause.InnerException
        )
            Assert.NotNull(cause); // refused for its address, not because nothing listens
    }

    [Theory]
    [InlineData("https://8.8.8.8/hook", true)]
    [InlineData("http://8.8.8.8/hook", false)]
    [InlineData("http://10.1.2.3/hook", true)]
    [InlineData("https://10.1.2.3/hook", true)]
    [InlineData("https://10.2.2.3/hook", false)]
    [InlineData("https://[2606:4700::1]/hook", true)]
    [InlineData("https://user:word@8.8.8.8/", false)]
    [InlineData("https://8.8.8.8/hook\r\n", false)]
    [InlineData("https://8.8.8.8/ho\r\nok", false)]
    [InlineData(" https://8.8.8.8/hook", false)]
    [InlineData("https://8.8.8.8/hook\u2028", false)]
    [InlineData("https://8.8.8.8\\@10.2.2.3/", false)]
    [InlineData("https:///", false)]
    [InlineData("ftp://8.8.8.8/", false)]
    [InlineData("hook", false)]
    [InlineData("", false)]
    public async Task What_the_operator_allows_is_allowed_and_only_that(string url, bool allowed)
    {
        var targets = new OutboundTargets(new() { AllowedNetworks = ["10.1.0.0/16"] });

        Assert.Equal(allowed, await targets.ValidateAsync(url, TestContext.Current.CancellationToken) is null);
    }
}
