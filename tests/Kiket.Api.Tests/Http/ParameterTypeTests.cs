using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Kiket.Api.Tests.Http;

public sealed class ParameterTypeTests
{
    /// <summary>The code that the compiler writes to bind a request ignores inherited properties, without a warning.</summary>
    [Fact]
    public void Parameters_inherit_nothing()
    {
        var inherited =
            from type in typeof(Program).Assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            from parameter in method.GetParameters()
            where parameter.IsDefined(typeof(AsParametersAttribute))
            group method.Name by parameter.ParameterType.BaseType;

        Assert.Equal([typeof(object)], inherited.Select(g => g.Key));
    }
}
