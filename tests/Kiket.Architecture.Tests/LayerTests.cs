using System.Reflection;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using Kiket.Application.Ports;
using Kiket.Infrastructure.Persistence;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Kiket.Architecture.Tests;

/// <summary>References point one way: Api, Infrastructure, Application, Domain (house style, section 1).</summary>
public sealed class LayerTests
{
    private static readonly ArchUnitNET.Domain.Architecture Kiket = new ArchLoader().LoadAssemblies(Sources.Assemblies).Build();

    [Fact]
    public void The_domain_knows_only_the_BCL() => Assert.DoesNotContain(References(Sources.Domain), name => !IsBcl(name));

    [Fact]
    public void The_application_knows_no_host_no_jobs_and_no_particular_database() =>
        Assert.DoesNotContain(References(Sources.Application), IsOutside);

    [Fact]
    public void The_infrastructure_does_not_know_the_API() =>
        Assert.DoesNotContain("Kiket.Api", References(Sources.Infrastructure));

    [Fact]
    public void Endpoints_speak_to_the_mediator_and_not_to_the_database() =>
        Classes()
            .That()
            .HaveNameEndingWith("Endpoints")
            .Should()
            .NotDependOnAny(typeof(KiketDbContext), typeof(IKiketDb))
            .Check(Kiket);

    [Fact]
    public void The_rules_about_references_can_fail()
    {
        Assert.Contains(References(Sources.Application), name => !IsBcl(name));
        Assert.Contains(References(Sources.Infrastructure), IsOutside);
        Assert.Contains("Kiket.Infrastructure", References(Sources.Api));
        Assert.False(
            Classes().That().HaveNameEndingWith("Handler").Should().NotDependOnAny(typeof(IKiketDb)).HasNoViolations(Kiket)
        );
    }

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name!);

    private static bool IsBcl(string name) => name.StartsWith("System.", StringComparison.Ordinal);

    private static bool IsOutside(string name) =>
        name is "Kiket.Infrastructure" or "Kiket.Api"
        || new[]
        {
            "Hangfire",
            "Npgsql",
            "Microsoft.AspNetCore",
            "Microsoft.Data.",
            "Microsoft.EntityFrameworkCore.Relational",
            "Microsoft.EntityFrameworkCore.Sql",
        }.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
